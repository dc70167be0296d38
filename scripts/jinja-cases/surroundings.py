"""What a template finds around it: as OpenSearch Benchmark renders a workload, or bare."""

import fnmatch
import math
import posixpath
import re
from datetime import datetime, timezone

import jinja2
import jinja2.meta
from jinja2.loaders import split_template_path

NOW = 1767225600.25
COLLECT = re.compile(r'\{\{ +benchmark\.collect\(parts="([^"]*)"\) +\}\}')

# The macros of `benchmark.helpers` with the whitespace that they print.
HELPERS = """{% macro collect(parts) %}{% set comma = joiner() %}
            {% for part in glob(parts) %}
                {{ comma() }}
                {% include part %}
            {% endfor %}{% endmacro %}
{% macro exists_set_param(setting_name, value, default_value=None, comma=True) %}{% if value is defined or default_value is not none %}
                {% if comma %} , {% endif %}
                {% if value is defined %}
                  "{{ setting_name }}": {{ value | tojson }}
                {% else %}
                  "{{ setting_name }}": {{ default_value | tojson }}
                {% endif %}
              {% endif %}{% endmacro %}"""


def workload(params, files):
    """The environment of a workload whose folder holds `files`. Parameters are globals, so that macros and imported templates see them."""

    def load(name):
        if name == "benchmark.helpers":
            return HELPERS
        split_template_path(name)
        return files.get(name)

    environment = jinja2.Environment(autoescape=jinja2.select_autoescape(), loader=jinja2.FunctionLoader(load))
    environment.globals.update(params)
    environment.globals.update(now=NOW, glob=lambda pattern: matches(files, "", pattern))
    environment.filters.update(days_ago=days_ago, version_between=version_between)
    return environment


def discovery():
    """The environment in which the parameters of a workload are looked for. It does not know `version_between`."""
    environment = jinja2.Environment()
    environment.filters.update(days_ago=days_ago)
    return environment


def bare(files, escapes, names):
    """An environment of Jinja2 alone, with `names` as globals. `escapes` says by a template's name whether its output is escaped."""
    environment = jinja2.Environment(autoescape=escapes, loader=jinja2.DictLoader(files))
    environment.globals.update(names)
    return environment


def parameters(environment, text, known=()):
    """The names that a template takes from its render."""
    undeclared = jinja2.meta.find_undeclared_variables(environment.parse(text))
    return sorted(undeclared - set(environment.globals) - set(known))


def assemble(text, files, base=""):
    """Replaces each textual `benchmark.collect` by the files that match; patterns are relative to the file that they stand in."""

    def collected(match):
        names = matches(files, base, match[1])
        return ",\n".join(assemble(files[name], files, posixpath.dirname(name)) for name in names)

    return COLLECT.sub(collected, text)


def matches(files, base, pattern):
    wanted = posixpath.normpath(posixpath.join(base, pattern)).split("/")
    return sorted(name for name in files if agree(name.split("/"), wanted))


def agree(parts, patterns):
    return len(parts) == len(patterns) and all(map(fnmatch.fnmatchcase, parts, patterns))


def days_ago(start, end):
    return math.floor((moment(end) - moment(start)).total_seconds() / 86400)


def moment(value):
    if isinstance(value, str):
        return datetime.strptime(value, "%d-%m-%Y").replace(tzinfo=timezone.utc)
    if isinstance(value, float):
        return datetime.fromtimestamp(value, timezone.utc)
    raise TypeError(f"Cannot convert unrecognized type '{type(value)}' with value '{value}' to datetime.")


def version_between(version, lowest, highest):
    return version_parts(lowest) <= version_parts(version) <= version_parts(highest)


def version_parts(version):
    return [int(part) for part in version.split(".")]
