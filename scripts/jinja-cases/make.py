"""Renders the recorded templates with the real Jinja2 and writes down what comes out.

Inputs (`template`, `params`, `files`) and expectations (`text` or `error`, and the discovered parameters `known`) stand
side by side in three files of test/fixtures. The inputs stay as they are; the expectations are made anew. Each template
gets its own copy of the parameters, because it may change them. `--check` writes nothing and lists what differs.
"""

import gzip
import json
import re
import sys
import warnings
from copy import deepcopy
from importlib.metadata import version
from pathlib import Path

import jinja2
import surroundings

FIXTURES = Path(__file__).resolve().parents[2] / "test" / "fixtures"
MADE = ("known", "text", "error")


def rendered(render):
    """What a render prints. Addresses of objects differ from run to run and become 0x0."""
    return {"text": re.sub(r"\bat 0x[0-9a-f]+", "at 0x0", render())}


def stage(error):
    if isinstance(error, jinja2.TemplateSyntaxError):
        return "syntax"
    if isinstance(error, jinja2.TemplateNotFound):
        return "notfound"
    return "undefined" if isinstance(error, jinja2.UndefinedError) else "runtime"


def with_message(error):
    return {"stage": stage(error), "type": type(error).__name__, "message": message_of(error)}


def message_of(error):
    """The message of an error. Jinja2 finds some unknown filters and tests before it renders: those get their place."""
    if type(error) is jinja2.TemplateAssertionError:
        return f'{error.message}\n  File "<introspection>", line {error.lineno}'
    return str(error)


def without_message(error):
    return {"stage": stage(error), "type": type(error).__name__}


def name_only(error):
    return type(error).__name__


def outcome(describe, discover, render):
    """The expectations of a case: parameters, then text or error."""
    made = {}
    try:
        made["known"] = discover()
        made.update(rendered(render))
    except Exception as error:  # Whatever a template makes Python raise is the expectation.
        made["error"] = describe(error)
    return made


def workload_case(case, params, describe):
    """A template as OpenSearch Benchmark renders it."""
    files = case.get("files", {})
    text = surroundings.assemble(case["template"], files)
    return outcome(
        describe,
        lambda: surroundings.parameters(surroundings.discovery(), text, ("now", "glob")),
        lambda: surroundings.workload(params, files).from_string(text).render(),
    )


def bare_case(case, params, escapes, names):
    """A template as Jinja2 alone renders it."""
    environment = surroundings.bare(case.get("files", {}), escapes, names)
    return outcome(
        name_only,
        lambda: surroundings.parameters(environment, case["template"]),
        lambda: environment.from_string(case["template"]).render(params),
    )


def remake_all(cases, make):
    """The cases with new expectations, which stand behind the inputs."""
    return [{key: value for key, value in case.items() if key not in MADE} | make(case) for case in cases]


def feature_case(case, params):
    """A single feature. One that cannot be read has no parameters, which is recorded, too."""
    return {"known": []} | workload_case(case, params, with_message)


def remake_cases(record):
    record["features"] = remake_all(record["features"], lambda case: feature_case(case, json.loads(case["params"])))
    record["random"] = remake_all(
        record["random"], lambda case: workload_case(case, json.loads(record["random_params"]), without_message)
    )


def remake_random(record):
    record["expressions"] = remake_all(
        record["expressions"], lambda case: bare_case(case, json.loads(record["params"]), True, {})
    )
    record["scopes"] = remake_all(
        record["scopes"],
        lambda case: bare_case(case, json.loads(case["params"]), lambda name: name != "b", {"z": "Z"}),
    )


def remake_added(record):
    record["features"] = remake_all(
        record["features"], lambda case: feature_case(case, deepcopy(case.get("params", record["params"])))
    )


def packed(path):
    return json.loads(gzip.decompress(path.read_bytes()))


def pack(path, record):
    path.write_bytes(gzip.compress(json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode(), mtime=0))


def unpacked(path):
    return json.loads(path.read_text(encoding="utf-8"))


def lay_out(path, record):
    path.write_text(json.dumps(record, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


RECORDS = (
    ("jinja-cases.json.gz", packed, pack, remake_cases),
    ("jinja-random.json.gz", packed, pack, remake_random),
    ("jinja-added.json", unpacked, lay_out, remake_added),
)


def differences(before, after):
    """One line per case whose expectations changed."""
    for key, cases in after.items():
        if not isinstance(cases, list):
            continue
        for old, new in zip(before[key], cases, strict=True):
            if old != new:
                yield f"{key}: {new['template']!r}\n  was {expectations(old)}\n  is  {expectations(new)}"


def expectations(case):
    return json.dumps({key: case[key] for key in MADE if key in case}, ensure_ascii=False)


def main(arguments):
    is_check = arguments == ["--check"]
    if arguments and not is_check:
        sys.exit("usage: scripts/jinja-cases/run [--check]")
    print(f"Jinja2 {version('jinja2')}, MarkupSafe {version('markupsafe')}")
    changed = 0
    for name, read, write, remake in RECORDS:
        path = FIXTURES / name
        before, after = read(path), read(path)
        remake(after)
        found = list(differences(before, after))
        print("\n".join([*found, f"{name}: {len(found)} expectations differ"]))
        changed += len(found)
        if found and not is_check:
            write(path, after)
    sys.exit(1 if is_check and changed else 0)


# Templates may be nonsense; the code that Jinja2 makes of them is, too.
warnings.simplefilter("ignore", SyntaxWarning)
main(sys.argv[1:])
