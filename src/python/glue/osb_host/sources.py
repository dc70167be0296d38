"""Parameter sources, asked in batches ahead of need."""
import inspect
import math
import time
from array import array
from operator import is_, itemgetter

from . import randomness
from .encode import body_text, chunks, text, to_bytes

# How long a batch may go on making parameters once it has some, in seconds: others wait for their turn.
_LONGEST_BATCH = 0.025
_LOOK_AT_CLOCK = 15
_CONSTANTS = (str, int, float, bool, type(None))
_NO_PATTERN = -1, None, ()
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

    @property
    def own(self):
        """The plug-in's object; None if the source is a function."""
        return self._source

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
        encode = self._encode
        texts = []
        add = texts.append
        heads = HeadTable(self.bodies == "inline")
        # What follows is done for each request, and written for speed: a request like the one before it goes through
        # one lookup of all of its values and one comparison, without a call of a Python function.
        kind, size, getter, values = dict, -1, None, ()
        alike = 0
        error = None
        ended = False
        length = 0
        until = time.perf_counter() + _LONGEST_BATCH
        try:
            for index in range(count):
                made = params()
                try:
                    same = type(made) is kind and len(made) == size and all(map(is_, values, found := getter(made)))
                except KeyError:
                    same = False
                if same:
                    alike += 1
                    body = found[-1]
                else:
                    heads.repeat(alike)
                    alike = 0
                    made = _checked(made)
                    body = heads.write(made)
                    size, getter, values = heads.pattern
                if type(body) is kind:
                    written = chunks(body, 0)[0]
                else:
                    written = encode(body)
                add(written)
                length += 0 if written is None else len(written)
                if length >= most or (index & _LOOK_AT_CLOCK == 0 and time.perf_counter() > until):
                    break
        except StopIteration:
            ended = True
        except BaseException as raised:
            error = raised
        heads.repeat(alike)
        heads.fit(len(texts))
        lengths, data = _joined(texts)
        header = {"count": len(texts), "heads": heads.texts, "runs": heads.runs, "ended": ended}
        return header, lengths.tobytes() + data, error

    def _encode(self, body):
        return None if body is None else body_text(body, self.bodies == "lines")

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
        # How a request of the same parameters is known: how many there are, what gets their values and the body, and
        # what the values are. They are compared by identity, which says nothing about what can change inside.
        self.pattern = _NO_PATTERN
        self._with_body = with_body
        self._places = {}

    def write(self, made):
        """Notes the head of one request, and returns its body."""
        body = None if self._with_body else made.get("body")
        head = made if self._with_body else {key: value for key, value in made.items() if key != "body"}
        written = text(head)
        place = self._places.get(written)
        if place is None:
            place = self._places[written] = len(self.texts)
            self.texts.append(written)
        steady = body is not None and all(type(value) in _CONSTANTS for value in head.values())
        self.pattern = (len(made), itemgetter(*head, "body", "body"), tuple(head.values())) if steady else _NO_PATTERN
        if self.runs and self.runs[-1][0] == place:
            self.runs[-1][1] += 1
        else:
            self.runs.append([place, 1])
        return body

    def repeat(self, count):
        """Notes so many requests more with the head of the last one."""
        if count > 0:
            self.runs[-1][1] += count

    def fit(self, count):
        """Takes back the head of a request whose body could not be written."""
        if sum(length for _, length in self.runs) > count:
            self.runs[-1][1] -= 1


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
