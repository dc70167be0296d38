"""Exceptions of plug-ins as data: what was raised, and the plug-in's own frames."""
import os
import traceback

_GLUE = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep


def describe(error):
    """Class and text of an exception in one line each, with the frames in which it arose, the innermost first."""
    frames = []
    seen = set()
    for current in _chain(error):
        if id(current) in seen:
            break
        seen.add(id(current))
        frames.extend(_frames(current))
    return {"type": _name(error), "message": _message(error), "trace": frames[:_MOST_FRAMES]}


_MOST_FRAMES = 40


def _chain(error):
    while error is not None:
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _frames(error):
    found = []
    if isinstance(error, SyntaxError) and error.filename is not None and not error.filename.startswith(_GLUE):
        found.append({"file": error.filename, "line": error.lineno or 1, "name": ""})
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if frame.filename.startswith((_GLUE, "<frozen", "<string>")):
            continue
        name = "" if frame.name == "<module>" else frame.name
        found.append({"file": frame.filename, "line": frame.lineno or 1, "name": name})
    return found


def _name(error):
    kind = type(error)
    return kind.__name__ if kind.__module__ in ("builtins", "__main__") else f"{kind.__module__}.{kind.__name__}"


def _message(error):
    try:
        text = str(error)
    except BaseException as broken:  # The text of a plug-in's exception is code of the plug-in.
        text = f"(its text cannot be made: {type(broken).__name__})"
    return text[:2000]
