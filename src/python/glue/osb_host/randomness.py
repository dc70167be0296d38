"""
Streams of random numbers: each client of each task has its own, put in place before code of its source runs. Plug-ins
use the functions of the modules `random` and `numpy.random`, whose state is one for the whole process.
"""
import operator
import random
import sys


class Stream:
    """The state of the random generators for one source, while it is not in use."""

    __slots__ = ("state", "numpy_state")

    def __init__(self, seed):
        held = random.getstate()
        random.seed(seed)
        self.state = random.getstate()
        random.setstate(held)
        self.numpy_state = seed % 2**32


_current = None


def use(stream):
    """Puts a stream in place, and keeps the one that was there where it had got to."""
    global _current
    if stream is _current:
        return
    leave()
    random.setstate(stream.state)
    numpy_random = sys.modules.get("numpy.random")
    if numpy_random is not None:
        numpy_random.put_state(stream.numpy_state)
    _current = stream


def leave():
    """Keeps the stream that is in place where it has got to."""
    global _current
    if _current is None:
        return
    _current.state = random.getstate()
    numpy_random = sys.modules.get("numpy.random")
    if numpy_random is not None:
        _current.numpy_state = numpy_random.take_state()
    _current = None


def _whole(value):
    """A bound as an integer. Python before 3.12 took floats without a fraction, and plug-ins were written for it."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return operator.index(value)


def adapt_module():
    """
    Puts quicker functions of the same results into the module `random`, of those that plug-ins call for each request,
    and lets whole numbers have bounds that are floats.
    """
    generator = random._inst
    bits = generator.getrandbits
    slow_range = generator.randrange

    def below(count):
        width = count.bit_length()
        drawn = bits(width)
        while drawn >= count:
            drawn = bits(width)
        return drawn

    def choice(seq):
        """As `random.choice`."""
        count = len(seq)
        if not count:
            raise IndexError("Cannot choose from an empty sequence")
        width = count.bit_length()
        drawn = bits(width)
        while drawn >= count:
            drawn = bits(width)
        return seq[drawn]

    def randrange(start, stop=None, step=1):
        """As `random.randrange`, and takes floats without a fraction."""
        if type(start) is int and type(stop) is int and step == 1 and start < stop:
            return start + below(stop - start)
        if stop is None:
            return slow_range(_whole(start))
        return slow_range(_whole(start), _whole(stop), _whole(step))

    def randint(a, b):
        """As `random.randint`, and takes floats without a fraction."""
        if type(a) is int and type(b) is int and a <= b:
            return a + below(b - a + 1)
        return slow_range(_whole(a), _whole(b) + 1)

    random.choice = choice
    random.randrange = randrange
    random.randint = randint
