"""Reads parameters of operations by type."""
from ..exceptions import ConfigurationError

_MISSING = "Value cannot be None for param {}"


def _reader(kind, name, empty_is_missing):
    def read(key, params, default=None):
        value = params.get(key)
        if key not in params or (empty_is_missing and not value):
            if default is None:
                raise ConfigurationError(_MISSING.format(key))
            return default
        if not isinstance(value, kind):
            raise ConfigurationError(f"Value must be a {name} for param {key}")
        return value

    read.__doc__ = f"The parameter as {name}, or the default. Raises ConfigurationError."
    return read


parse_string_parameter = _reader(str, "string", True)
parse_int_parameter = _reader(int, "int", False)
parse_float_parameter = _reader(float, "float", False)
parse_bool_parameter = _reader(bool, "bool", False)
