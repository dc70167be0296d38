// The countries that requests come from: their shares of events and a box that most of their addresses fall into.

/** A country from which requests come. */
export interface Country {
  readonly name: string;
  /** Its share of all events. */
  readonly share: number;
  /** Centre of the box, in degrees. */
  readonly longitude: number;
  readonly latitude: number;
  /** Half of its extent, in degrees. */
  readonly halfWidth: number;
  readonly halfHeight: number;
}

/** One country per line: name; share in percent; longitude; latitude; half width; half height. */
const MAIN_COUNTRIES = `
United States;28.7;-95;38;22;9
China;7.4;111;31;9;8
France;6.5;2.4;47;4;3
Germany;6.2;10;51;4;3
India;6.1;78;20;6;8
United Kingdom;4.8;-1.5;52.5;2.5;2
Russian Federation;2.6;45;56;15;4
Canada;2.4;-95;47;25;3
Japan;2.3;137.5;36;3;2
Netherlands;2.0;5.2;52.1;1;0.8
Spain;1.8;-3.5;40;4;3
Poland;1.6;19;52;4;2
Republic of Korea;1.6;127.5;36.8;1;1
Australia;1.5;145;-33;7;4
Italy;1.5;12;43;4;3
Ukraine;1.4;31;49.5;6;2
Israel;1.3;34.9;32;0.3;0.7
Sweden;1.2;15;58.5;3;3
Brazil;1.2;-47;-21;6;6
Switzerland;1.0;8.2;47;1;0.6`;

/** The other countries in the order of their shares, which fall like 1 / (rank + 7): name; longitude; latitude. */
const OTHER_COUNTRIES = `
Belgium;4.6;50.8
Hong Kong;114.2;22.3
Singapore;103.8;1.35
Taiwan;121;24
Turkey;33;39.5
Romania;25.5;45.8
Czech Republic;15;49.8
Norway;9.5;60.5
Denmark;10;55.8
Finland;25;61.5
Austria;14.5;47.6
Ireland;-7.8;53.2
Portugal;-8.2;39.7
Mexico;-101;21.5
Argentina;-62;-34.5
Indonesia;109;-6.8
Viet Nam;106;16
Thailand;101;14.5
Malaysia;102;3.5
Philippines;121.5;14.5
Hungary;19.3;47.2
Greece;22.8;38.8
Bulgaria;25;42.7
South Africa;26;-28.5
Colombia;-74.5;5
Chile;-71;-34
Belarus;28;53.5
Slovakia;19.3;48.7
Lithuania;24;55.2
Croatia;16;45.4
Serbia;20.8;44.2
Pakistan;71;31
Egypt;31;29.8
Islamic Republic of Iran;52.5;33.5
Saudi Arabia;45.5;24
United Arab Emirates;55;24.8
New Zealand;174.5;-40
Latvia;24.8;56.9
Estonia;25.5;58.8
Slovenia;14.8;46.1
Morocco;-6.5;33
Tunisia;10;36
Algeria;3;36
Peru;-76;-11.5
Venezuela;-67;10
Ecuador;-79;-1.5
Uruguay;-56;-33.8
Costa Rica;-84;10
Bangladesh;90.3;23.8
Sri Lanka;80.5;7.2
Nepal;84.5;27.8
Kazakhstan;70;48
Georgia;43.8;42
Armenia;44.8;40.2
Azerbaijan;48.5;40.4
Republic of Moldova;28.6;47.2
Luxembourg;6.1;49.7
Cyprus;33.2;34.9
Malta;14.4;35.9
Iceland;-20;64.5
Kenya;37;-1
Nigeria;6;7.5
Ghana;-1;6
Jordan;36;31.8
Lebanon;35.7;33.9
Kuwait;47.7;29.3
Qatar;51.3;25.3
Bahrain;50.5;26.1
Oman;57.5;23
Iraq;44;33.2
Uzbekistan;65.5;40.8
Macedonia;21.6;41.6
Bosnia and Herzegovina;17.8;44.2
Albania;20;41.1
Montenegro;19.2;42.6
Dominican Republic;-70.3;18.8
Guatemala;-90.4;15.2
Panama;-80;8.7
El Salvador;-88.9;13.7
Honduras;-87;14.8
Nicaragua;-86;12.5
Puerto Rico;-66.4;18.2
Jamaica;-77.3;18.1
Trinidad and Tobago;-61.3;10.5
Cuba;-80;22.2
Bolivia;-65.5;-17
Paraguay;-57;-25
Macao;113.55;22.2
Mongolia;105;47.5
Cambodia;105;12
Lao People's Democratic Republic;103;18
Myanmar;96;19.5
Brunei Darussalam;114.7;4.7
Maldives;73.5;4.2
Afghanistan;67.5;34.5
Kyrgyzstan;74;42.2
Tajikistan;69.5;38.7
Turkmenistan;59;38.5
Syrian Arab Republic;37.5;35
Palestinian Territory;35.2;31.9
Yemen;45;14.5
Libya;15;31.5
Sudan;32;15.5
Ethiopia;39;9
Uganda;32.5;0.8
Tanzania;36.5;-6
Rwanda;30;-1.9
Burundi;29.9;-3.3
Zambia;28;-14
Zimbabwe;30.5;-18.5
Malawi;34;-14
Mozambique;34.5;-19
Madagascar;47;-19
Mauritius;57.6;-20.2
Reunion;55.5;-21.1
Seychelles;55.5;-4.7
Botswana;25.5;-23
Namibia;17;-22.5
Lesotho;28.3;-29.5
Swaziland;31.4;-26.4
Angola;14.5;-10
Cameroon;11;4.5
Gabon;10.5;-0.5
Congo;15;-3
Democratic Republic of the Congo;21;-4
Central African Republic;19;5
Chad;17;12.5
Niger;7;13.8
Mali;-6;13.5
Burkina Faso;-1.6;12.3
Senegal;-15.5;14.5
Gambia;-15.8;13.4
Guinea;-11;10.5
Guinea-Bissau;-15.2;11.9
Sierra Leone;-12;8.5
Liberia;-9.7;6.4
Cote d'Ivoire;-5.5;6.5
Togo;1;7.5
Benin;2.3;8
Mauritania;-14;18.5
Cape Verde;-23.6;15.1
Equatorial Guinea;9.5;2.5
Sao Tome and Principe;6.7;0.3
Djibouti;43;11.6
Somalia;45;3.5
Eritrea;38.8;15.3
South Sudan;31;6
Comoros;43.4;-11.8
Barbados;-59.55;13.15
Bahamas;-77.4;25
Bermuda;-64.75;32.3
Cayman Islands;-81.2;19.3
Haiti;-72.3;18.8
Belize;-88.6;17.3
Guyana;-58.5;6
Suriname;-55.5;5
French Guiana;-52.8;4.6
Guadeloupe;-61.5;16.2
Martinique;-61;14.65
Saint Lucia;-60.97;13.9
Grenada;-61.68;12.1
Dominica;-61.35;15.4
Antigua and Barbuda;-61.8;17.1
Aruba;-69.97;12.5
Curacao;-68.95;12.15
Virgin Islands;-64.8;18.1
British Virgin Islands;-64.6;18.4
Fiji;178;-17.9
Papua New Guinea;146;-6.5
New Caledonia;165.5;-21.5
French Polynesia;-149.5;-17.6`;

/** Half width and half height of the boxes of the other countries, in degrees. */
const SMALL_BOX = 0.4;

/** All countries, the most frequent first. Their shares sum up to 1. */
export function listCountries(): readonly Country[] {
  const main = fields(MAIN_COUNTRIES).map(([name = '', percent, longitude, latitude, halfWidth, halfHeight]) => ({
    name,
    share: Number(percent) / 100,
    longitude: Number(longitude),
    latitude: Number(latitude),
    halfWidth: Number(halfWidth),
    halfHeight: Number(halfHeight),
  }));
  const others = fields(OTHER_COUNTRIES);
  const rest = 1 - main.reduce((sum, { share }) => sum + share, 0);
  const scale = others.reduce((sum, _, i) => sum + 1 / (i + 7), 0);
  return [
    ...main,
    ...others.map(([name = '', longitude, latitude], i) => ({
      name,
      share: rest / (i + 7) / scale,
      longitude: Number(longitude),
      latitude: Number(latitude),
      halfWidth: SMALL_BOX,
      halfHeight: SMALL_BOX,
    })),
  ];
}

function fields(table: string): readonly (readonly string[])[] {
  return table
    .trim()
    .split('\n')
    .map((line) => line.split(';'));
}
