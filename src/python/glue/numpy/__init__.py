"""
A small stand-in for numpy: arrays of numbers, and the random numbers of its older generator, equal to the original's for
equal seeds. There is no numpy for the Python inside this program in any package registry; workloads need little of it.
"""
import builtins
import math

from ._array import array, asarray, ndarray
from . import linalg, random

float16 = float32 = "float32"
float64 = double = "float64"
int8 = int16 = int32 = int64 = uint8 = uint32 = "int64"
bool_ = "int64"
pi = math.pi
e = math.e
inf = math.inf
nan = math.nan
newaxis = None
__version__ = "0.0 (stand-in)"


def _filled(shape, value, dtype):
    shape = (shape,) if isinstance(shape, int) else tuple(shape)
    return ndarray.of(shape, [value] * math.prod(shape), dtype)


def zeros(shape, dtype=float64):
    """An array of zeros."""
    return _filled(shape, 0, dtype)


def ones(shape, dtype=float64):
    """An array of ones."""
    return _filled(shape, 1, dtype)


empty = zeros


def full(shape, fill_value, dtype=None):
    """An array of one value."""
    return _filled(shape, fill_value, dtype or (int64 if isinstance(fill_value, int) else float64))


def arange(start, stop=None, step=1, dtype=None):
    """Evenly spaced values below a bound."""
    if stop is None:
        start, stop = 0, start
    values = [start + step * index for index in range(builtins.max(0, math.ceil((stop - start) / step)))]
    return array(values, dtype)


def linspace(start, stop, num=50):
    """So many values from one bound to the other."""
    return array([start + (stop - start) * index / builtins.max(1, num - 1) for index in range(num)], float64)


def concatenate(arrays, axis=0):
    """Arrays one after the other, along the first axis."""
    if axis != 0:
        raise NotImplementedError("this stand-in of numpy joins arrays along the first axis only")
    return array([row for each in arrays for row in asarray(each).tolist()])


vstack = concatenate


def _each(name, function):
    def apply(value):
        if isinstance(value, (list, tuple)):
            value = array(value)
        return value.each(function) if isinstance(value, ndarray) else function(value)

    apply.__name__ = name
    apply.__doc__ = f"{name} of each value."
    return apply


sqrt = _each("sqrt", math.sqrt)
exp = _each("exp", math.exp)
log = _each("log", math.log)
sin = _each("sin", math.sin)
cos = _each("cos", math.cos)
floor = _each("floor", lambda value: float(math.floor(value)))
abs = absolute = _each("absolute", lambda value: -value if value < 0 else value)
round = around = _each("round", lambda value: float(f"{value:.0f}"))


def _folded(name):
    def apply(value, axis=None):
        return getattr(asarray(value), name)(axis=axis)

    apply.__name__ = name
    apply.__doc__ = f"{name} of all values."
    return apply


sum = _folded("sum")
mean = _folded("mean")
min = amin = _folded("min")
max = amax = _folded("max")


def dot(left, right):
    """The product of two arrays of one or two dimensions."""
    return asarray(left).dot(right)


def __getattr__(name):
    raise AttributeError(
        f"numpy.{name} is not part of the small numpy of this program. Write the plug-in in TypeScript, which is fast "
        f"as well, or without it.")
