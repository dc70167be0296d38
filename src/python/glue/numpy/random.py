"""
Random numbers of numpy's older generator. It is the Mersenne Twister that Python has as well; seeding and what is made of
its numbers are numpy's, so that equal seeds give equal numbers.
"""
import math
import random as _python
import secrets

from ._array import array, ndarray


def _twister(seed):
    """A generator that was seeded with one number as numpy does it."""
    key = []
    for position in range(624):
        key.append(seed)
        seed = (1812433253 * (seed ^ (seed >> 30)) + position + 1) & 0xFFFFFFFF
    core = _python.Random()
    core.setstate((3, (*key, 624), None))
    return core


def _count(size):
    return math.prod(size) if isinstance(size, tuple) else size


class RandomState:
    """A generator with a state of its own."""

    def __init__(self, seed=None):
        self.seed(seed)

    def seed(self, seed=None):
        """Begins anew: from a whole number below 2**32, or from chance."""
        if seed is None:
            seed = secrets.randbits(32)
        if not 0 <= seed < 2**32:
            raise ValueError("Seed must be between 0 and 2**32 - 1")
        self._core = _twister(int(seed))
        self._spare = None

    def _shaped(self, size, make, dtype="float64"):
        if size is None:
            return make()
        size = tuple(size) if isinstance(size, (list, tuple)) else (size,)
        return ndarray.of(size, [make() for _ in range(_count(size))], dtype)

    def random_sample(self, size=None):
        """Uniform in [0, 1)."""
        return self._shaped(size, self._core.random)

    random = ranf = sample = random_sample

    def rand(self, *shape):
        """Uniform in [0, 1), in a shape."""
        return self.random_sample(shape or None)

    def uniform(self, low=0.0, high=1.0, size=None):
        """Uniform between two bounds."""
        draw = self._core.random
        return self._shaped(size, lambda: low + (high - low) * draw())

    def _gauss(self):
        if self._spare is not None:
            spare, self._spare = self._spare, None
            return spare
        draw = self._core.random
        while True:
            x = 2.0 * draw() - 1.0
            y = 2.0 * draw() - 1.0
            square = x * x + y * y
            if 0.0 < square < 1.0:
                break
        factor = math.sqrt(-2.0 * math.log(square) / square)
        self._spare = factor * x
        return factor * y

    def standard_normal(self, size=None):
        """Normal, of mean 0 and deviation 1."""
        return self._shaped(size, self._gauss)

    def randn(self, *shape):
        """Normal, of mean 0 and deviation 1, in a shape."""
        return self.standard_normal(shape or None)

    def normal(self, loc=0.0, scale=1.0, size=None):
        """Normal. The mean may be an array, which is repeated over the rows."""
        gauss = self._gauss
        if not isinstance(loc, (ndarray, list, tuple)):
            return self._shaped(size, lambda: loc + scale * gauss())
        means = array(loc).flatten().tolist()
        size = array(loc).shape if size is None else size
        count = _count(tuple(size) if isinstance(size, (list, tuple)) else size)
        values = [mean + scale * gauss() for _ in range(count // max(1, len(means))) for mean in means]
        return ndarray.of(size if isinstance(size, (list, tuple)) else (size,), values, "float64")

    def exponential(self, scale=1.0, size=None):
        """Exponential, of a mean."""
        draw = self._core.random
        return self._shaped(size, lambda: -scale * math.log(1.0 - draw()))

    def _below(self, most):
        """A whole number from 0 to `most`."""
        mask = (1 << most.bit_length()) - 1
        wide = most > 0xFFFFFFFF
        while True:
            value = self._core.getrandbits(32)
            if wide:
                value = value << 32 | self._core.getrandbits(32)
            value &= mask
            if value <= most:
                return value

    def randint(self, low, high=None, size=None, dtype=int):
        """A whole number from `low` up to, but not including, `high`."""
        if high is None:
            low, high = 0, low
        if low >= high:
            raise ValueError("low >= high")
        most = int(high) - int(low) - 1
        draw = (lambda: int(low)) if most == 0 else (lambda: int(low) + self._below(most))
        return self._shaped(size, draw, "int64")

    def shuffle(self, values):
        """Mixes a list or the rows of an array in place."""
        for place in range(len(values) - 1, 0, -1):
            other = self._below(place)
            if isinstance(values, ndarray) and values.ndim > 1:
                held = values[place].copy()
                values[place] = values[other]
                values[other] = held
            else:
                values[place], values[other] = values[other], values[place]

    def permutation(self, values):
        """A mixed copy; of a number, the numbers below it."""
        mixed = array(range(values)) if isinstance(values, int) else array(values)
        self.shuffle(mixed)
        return mixed

    def choice(self, values, size=None, replace=True, p=None):
        """One or several of some values, each as likely unless `p` says otherwise."""
        values = list(range(values)) if isinstance(values, int) else list(values)
        if p is not None:
            return self._weighted(values, size, p)
        if replace:
            places = self.randint(0, len(values), size)
        else:
            places = self.permutation(len(values))[: _count(size) if size is not None else 1]
        if size is None:
            return values[places if replace else places[0]]
        return _list_of([values[place] for place in places.flatten().tolist()])

    def _weighted(self, values, size, p):
        bounds = []
        total = 0.0
        for share in p:
            total += share
            bounds.append(total)

        def draw():
            at = self._core.random()
            return values[next((place for place, bound in enumerate(bounds) if at < bound / total), len(bounds) - 1)]

        return draw() if size is None else _list_of([draw() for _ in range(_count(size))])


def _list_of(values):
    return array(values) if all(isinstance(value, (int, float)) for value in values) else values


_global = RandomState(0)


def take_state():
    """The state of the functions of this module, to be put back later."""
    return _global._core, _global._spare


def put_state(state):
    """Puts a state back; a number is the seed of a new one."""
    if isinstance(state, int):
        _global.seed(state)
    else:
        _global._core, _global._spare = state


seed = _global.seed
rand = _global.rand
randn = _global.randn
random = _global.random_sample
random_sample = _global.random_sample
uniform = _global.uniform
normal = _global.normal
standard_normal = _global.standard_normal
exponential = _global.exponential
randint = _global.randint
shuffle = _global.shuffle
permutation = _global.permutation
choice = _global.choice


def __getattr__(name):
    raise AttributeError(
        f"numpy.random.{name} is not part of the small numpy of this program. It has {', '.join(_HAS)}.")


_HAS = ("RandomState", "rand", "randn", "random", "uniform", "normal", "standard_normal", "exponential", "randint",
        "shuffle", "permutation", "choice", "seed")
