"""Arrays of numbers with a shape."""
import math
import operator
from array import array as _flat

# The kinds of numbers that arrays hold: type code of the flat array, and the usual names.
DTYPES = {"float32": "f", "float64": "d", "int64": "q"}
_NAMES = {
    "f4": "float32", "float": "float64", "f8": "float64", "double": "float64", "int": "int64", "int32": "int64",
    "i8": "int64", "i4": "int64", "uint8": "int64", "bool": "int64", "float16": "float32", "single": "float32",
}


def dtype_name(dtype):
    """The name of a kind of numbers. Raises TypeError for one that there is not."""
    name = dtype if isinstance(dtype, str) else {float: "float64", int: "int64", bool: "int64"}.get(dtype, "")
    name = _NAMES.get(name, name)
    if name not in DTYPES:
        raise TypeError(f"the small numpy of this program has no numbers of type {dtype!r}")
    return name


class ndarray:
    """Numbers in the order of the last index first."""

    __slots__ = ("shape", "dtype", "_values")

    @classmethod
    def of(cls, shape, values, dtype):
        """An array from its shape and flat values."""
        made = cls.__new__(cls)
        made.shape = tuple(shape)
        made.dtype = dtype_name(dtype)
        code = DTYPES[made.dtype]
        if isinstance(values, _flat) and values.typecode == code:
            made._values = values
        else:
            made._values = _flat(code, map(int, values) if code == "q" else values)
        return made

    @property
    def ndim(self):
        """Number of dimensions."""
        return len(self.shape)

    @property
    def size(self):
        """Number of values."""
        return len(self._values)

    @property
    def T(self):
        """Rows and columns exchanged."""
        if self.ndim < 2:
            return self
        return array([list(column) for column in zip(*self.tolist())], self.dtype)

    def tolist(self):
        """Nested lists of Python numbers."""
        return self._nested(self._values.tolist(), self.shape) if self.shape else self._values[0]

    @classmethod
    def _nested(cls, values, shape):
        if len(shape) == 1:
            return values
        width = len(values) // shape[0] if shape[0] else 0
        return [cls._nested(values[row * width:(row + 1) * width], shape[1:]) for row in range(shape[0])]

    def astype(self, dtype):
        """The same numbers as another kind."""
        return ndarray.of(self.shape, self._values[:] if dtype_name(dtype) == self.dtype else self._values.tolist(), dtype)

    def reshape(self, *shape):
        """The same numbers in another shape; one length may be -1."""
        shape = tuple(shape[0]) if len(shape) == 1 and not isinstance(shape[0], int) else shape
        if -1 in shape:
            known = math.prod(length for length in shape if length != -1)
            shape = tuple(self.size // known if length == -1 else length for length in shape)
        if math.prod(shape) != self.size:
            raise ValueError(f"cannot reshape array of size {self.size} into shape {shape}")
        return ndarray.of(shape, self._values, self.dtype)

    def flatten(self):
        """One dimension."""
        return ndarray.of((self.size,), self._values[:], self.dtype)

    ravel = flatten

    def copy(self):
        """Another array of the same numbers."""
        return ndarray.of(self.shape, self._values[:], self.dtype)

    def item(self):
        """The only number."""
        if self.size != 1:
            raise ValueError("can only convert an array of size 1 to a Python scalar")
        return self._values[0]

    def tobytes(self):
        """The numbers as bytes of this machine."""
        return self._values.tobytes()

    def each(self, function):
        """A function of each number, as floats unless all are integers."""
        values = [function(value) for value in self._values]
        return ndarray.of(self.shape, values, self.dtype if self.dtype != "int64" or _whole(values) else "float64")

    def _place(self, key):
        if isinstance(key, int):
            length = self.shape[0]
            if not -length <= key < length:
                raise IndexError(f"index {key} is out of bounds for axis 0 with size {length}")
            width = self.size // length
            start = (key % length) * width
            return slice(start, start + width), self.shape[1:]
        rows = range(*key.indices(self.shape[0]))
        if rows.step != 1:
            raise IndexError("the small numpy of this program takes slices of step 1")
        width = self.size // self.shape[0] if self.shape[0] else 0
        return slice(rows.start * width, max(rows.start, rows.stop) * width), (len(rows), *self.shape[1:])

    def __getitem__(self, key):
        if isinstance(key, tuple):
            found = self[key[0]]
            return found[key[1:] if len(key) > 2 else key[1]] if len(key) > 1 else found
        if isinstance(key, (list, ndarray)):
            rows = key.tolist() if isinstance(key, ndarray) else key
            return array([self.tolist()[row] for row in rows], self.dtype)
        place, shape = self._place(operator.index(key) if not isinstance(key, slice) else key)
        values = self._values[place]
        return values[0] if shape == () else ndarray.of(shape, values, self.dtype)

    def __setitem__(self, key, value):
        if isinstance(key, tuple) and len(key) > 1:
            row = self[key[0]]
            row[key[1] if len(key) == 2 else key[1:]] = value
            value, key = row, key[0]
        place, shape = self._place(key if isinstance(key, slice) else operator.index(key))
        given = asarray(value)._values.tolist()
        count = place.stop - place.start
        if count % max(1, len(given)):
            raise ValueError(f"could not broadcast {len(given)} values into {count}")
        self._values[place] = ndarray.of((count,), given * (count // max(1, len(given))), self.dtype)._values

    def __len__(self):
        return self.shape[0]

    def __iter__(self):
        return (self[index] for index in range(self.shape[0]))

    def _combined(self, other, function, swap=False):
        left, right = self, asarray(other)
        kind = _joint(left.dtype, right.dtype, isinstance(other, (int, float)))
        shape = max(left.shape, right.shape, key=math.prod)
        a, b = left._values, right._values
        size = math.prod(shape)
        if size % max(1, len(a)) or size % max(1, len(b)):
            raise ValueError(f"shapes {left.shape} and {right.shape} do not go together")
        a = a.tolist() * (size // max(1, len(a)))
        b = b.tolist() * (size // max(1, len(b)))
        values = list(map(function, b, a) if swap else map(function, a, b))
        return ndarray.of(shape, values, kind if kind != "int64" or _whole(values) else "float64")

    def __add__(self, other):
        return self._combined(other, operator.add)

    def __sub__(self, other):
        return self._combined(other, operator.sub)

    def __rsub__(self, other):
        return self._combined(other, operator.sub, swap=True)

    def __mul__(self, other):
        return self._combined(other, operator.mul)

    def __truediv__(self, other):
        return self._combined(other, operator.truediv)

    def __rtruediv__(self, other):
        return self._combined(other, operator.truediv, swap=True)

    def __pow__(self, other):
        return self._combined(other, operator.pow)

    def __neg__(self):
        return self.each(operator.neg)

    __radd__ = __add__
    __rmul__ = __mul__

    def dot(self, other):
        """The product with another array."""
        other = asarray(other)
        if self.ndim == 1 and other.ndim == 1:
            return sum(map(operator.mul, self._values, other._values))
        columns = [other.tolist()] if other.ndim == 1 else other.T.tolist()
        rows = [self.tolist()] if self.ndim == 1 else self.tolist()
        made = array([[sum(map(operator.mul, row, column)) for column in columns] for row in rows])
        return made.reshape(*[n for n, one in ((len(rows), self.ndim == 1), (len(columns), other.ndim == 1)) if not one])

    __matmul__ = dot

    def _fold(self, function, axis):
        if axis is None:
            return function(self._values.tolist())
        rows = self.tolist()
        if self.ndim != 2 or axis not in (0, 1, -1):
            raise NotImplementedError("the small numpy of this program folds along the axes of two dimensions")
        return array([function(list(part)) for part in (zip(*rows) if axis == 0 else rows)])

    def sum(self, axis=None):
        """The sum."""
        return self._fold(sum, axis)

    def mean(self, axis=None):
        """The mean."""
        return self._fold(lambda values: math.fsum(values) / len(values), axis)

    def min(self, axis=None):
        """The least."""
        return self._fold(min, axis)

    def max(self, axis=None):
        """The greatest."""
        return self._fold(max, axis)

    def __repr__(self):
        return f"array({self.tolist()!r})"


def _whole(values):
    return all(isinstance(value, int) for value in values)


def _joint(left, right, right_is_scalar):
    if right_is_scalar and left != "int64":
        return left
    if left == right:
        return left
    return "float64" if "float64" in (left, right) or "int64" in (left, right) else "float32"


def array(values, dtype=None):
    """An array from a number, nested lists, or another array."""
    if isinstance(values, ndarray):
        return values.astype(dtype or values.dtype)
    shape = []
    level = values
    while isinstance(level, (list, tuple, ndarray, range)):
        shape.append(len(level))
        if not len(level):
            break
        level = level[0]
    flat = _flattened(values, len(shape))
    if len(flat) != math.prod(shape):
        raise ValueError("the lists of an array must have one length")
    return ndarray.of(shape, flat, dtype or ("int64" if flat and _whole(flat) else "float64"))


asarray = array


def _flattened(values, depth):
    if depth == 0:
        return [values]
    if depth == 1:
        return list(values)
    return [value for part in values for value in _flattened(part, depth - 1)]
