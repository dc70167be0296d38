"""Parameter sources, asked in batches ahead of need."""
import inspect
import math
import time
from array import array

from . import randomness
from .encode import body_text, chunks, text, to_bytes

# How long a batch may go on making parameters once it has some, in seconds: others wait for their turn.
_LONGEST_BATCH = 0.025
_LOOK_AT_CLOCK = 15
_CONSTANTS = (str, int, float, bool, type(None))
# The head of parameters that cannot be told from others without writing it.
_ALWAYS_WRITE = None
_ABSENT = object()
NO_BODY = 0xFFFFFFFF


class WrongShape(Exception):
    """What a plug-in returned is not what it should return."""


class ParameterSource:
    """The source of one client: an instance of the plug-in's class, or its function, with a random stream."""

    def __init__(self, registered, workload, request):
        self.bodies = request["bodies"]
        self.stream = randomness.Stream(request["seed"])
        self.kept = {}
        self.next_kept = 0
        randomness.use(self.stream)
        params = request["params"]
        if inspect.isclass(registered):
            self._source = registered(workload, params)
            partition = getattr(self._source, "partition", None)
            if partition is not None:
                self._source = partition(request["clientIndex"], request["clientCount"])
            if not callable(getattr(self._source, "params", None)):
                raise WrongShape("it has no method params")
            self.params = self._source.params
        else:
            self._source = None
            self.params = lambda: registered(workload, params)

    def facts(self):
        """What the driver must know of the source before its first request."""
        corpora = getattr(self._source, "corpora", None)
        names = None
        if corpora is not None:
            names = [corpus if isinstance(corpus, str) else corpus.name for corpus in corpora]
        return {"infinite": self.infinite(), "corpora": names}

    def infinite(self):
        """Whether it never ends by itself. A source that does not say goes on."""
        return bool(getattr(self._source, "infinite", True))

    def progress(self):
        """Share of the source that is used up, or None."""
        progress = getattr(self._source, "task_progress", None)
        if callable(progress):
            progress = progress()
        if isinstance(progress, (tuple, list)) and progress:
            progress = progress[0]
        if isinstance(progress, (int, float)) and math.isfinite(progress):
            return min(1.0, max(0.0, float(progress)))
        return None

    def batch(self, count, most):
        """
        The next parameters: `count` of them, or fewer if they are larger than `most` characters in all or take long to
        make. An exception ends the batch; what was made before it is part of it.
        """
        randomness.use(self.stream)
        if self.bodies == "kept":
            return self._kept_batch(count)
        return self._written_batch(count, most)

    def _written_batch(self, count, most):
        params = self.params
        inline = self.bodies == "inline"
        as_lines = self.bodies == "lines"
        texts = []
        add = texts.append
        heads = HeadTable(inline)
        error = None
        ended = False
        size = 0
        until = time.perf_counter() + _LONGEST_BATCH
        try:
            for index in range(count):
                made = params()
                if type(made) is not dict:
                    made = _checked(made)
                heads.add(made)
                body = None if inline else made.get("body")
                if body is None:
                    add(None)
                else:
                    written = chunks(body, 0)[0] if type(body) is dict else body_text(body, as_lines)
                    size += len(written)
                    add(written)
                if size >= most or (index & _LOOK_AT_CLOCK == 0 and time.perf_counter() > until):
                    break
        except StopIteration:
            ended = True
        except BaseException as raised:
            error = raised
        heads.fit(len(texts))
        lengths, data = _joined(texts)
        header = {"count": len(texts), "heads": heads.texts, "runs": heads.runs, "ended": ended}
        return header, lengths.tobytes() + data, error

    def _kept_batch(self, count):
        error = None
        ended = False
        made_now = 0
        first = self.next_kept
        until = time.perf_counter() + _LONGEST_BATCH
        try:
            for _ in range(count):
                self.kept[self.next_kept] = _checked(self.params())
                self.next_kept += 1
                made_now += 1
                if time.perf_counter() > until:
                    break
        except StopIteration:
            ended = True
        except BaseException as raised:
            error = raised
        return {"count": made_now, "first": first, "ended": ended}, b"", error


class HeadTable:
    """
    The parameters beside the body, written once for as long as they stay the same. `runs` says how many requests in a
    row have which of `texts`.
    """

    def __init__(self, with_body):
        self.texts = []
        self.runs = []
        self._with_body = with_body
        self._places = {}
        self._constants = _ALWAYS_WRITE
        self._size = 0
        self._has_body = False

    def add(self, made):
        """Notes the head of one request."""
        constants = self._constants
        if constants is not _ALWAYS_WRITE and len(made) == self._size and ("body" in made) is self._has_body:
            for key, value in constants:
                if made.get(key, _ABSENT) is not value:
                    break
            else:
                self.runs[-1][1] += 1
                return
        self._write(made)

    def fit(self, count):
        """Takes back the head of a request whose body could not be written."""
        if sum(length for _, length in self.runs) > count:
            self.runs[-1][1] -= 1

    def _write(self, made):
        head = made if self._with_body else {key: value for key, value in made.items() if key != "body"}
        written = text(head)
        place = self._places.get(written)
        if place is None:
            place = self._places[written] = len(self.texts)
            self.texts.append(written)
        # Values are compared by identity, which says nothing about what can change inside.
        steady = all(type(value) in _CONSTANTS for value in head.values())
        self._constants = tuple(head.items()) if steady else _ALWAYS_WRITE
        self._size = len(made)
        self._has_body = "body" in made
        if self.runs and self.runs[-1][0] == place:
            self.runs[-1][1] += 1
        else:
            self.runs.append([place, 1])


def _checked(made):
    if isinstance(made, dict):
        return made
    raise WrongShape(f"params() must return a dict, but returned {_shown(made)}")


def _shown(value):
    return "None" if value is None else f"a value of type {type(value).__name__}"


def _joined(texts):
    """All bodies one after the other, with the length of each in bytes."""
    if all(type(body) is str for body in texts):
        whole = "".join(texts)
        if whole.isascii():
            return array("I", map(len, texts)), whole.encode("ascii")
    parts = [to_bytes(body) if isinstance(body, str) else body for body in texts]
    lengths = array("I", [NO_BODY if part is None else len(part) for part in parts])
    return lengths, b"".join(part for part in parts if part is not None)
