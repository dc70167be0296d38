"""Clustered points."""
import numpy
from numpy.random import RandomState


def make_blobs(n_samples=100, n_features=2, *, centers=None, cluster_std=1.0, center_box=(-10.0, 10.0), shuffle=True,
               random_state=None, return_centers=False):
    """
    Points spread normally round centres, with the number of the centre of each. Samples are dealt to the centres evenly,
    the first ones getting what does not divide; equal states of the generator give the points of the original.
    """
    generator = _generator(random_state)
    if centers is None or isinstance(centers, int):
        low, high = center_box
        centers = generator.uniform(low, high, (centers or 3, n_features))
    else:
        centers = numpy.asarray(centers)
    count = len(centers)
    spreads = list(cluster_std) if isinstance(cluster_std, (list, tuple)) else [cluster_std] * count
    points, labels = [], []
    for number in range(count):
        own = n_samples // count + (number < n_samples % count)
        if own == 0:
            continue
        mean = centers[number]
        points.extend(generator.normal(mean, spreads[number], (own, len(mean))).tolist())
        labels.extend([number] * own)
    if shuffle:
        order = numpy.arange(len(points))
        generator.shuffle(order)
        points = [points[place] for place in order.tolist()]
        labels = [labels[place] for place in order.tolist()]
    made = numpy.array(points), numpy.array(labels)
    return (*made, centers) if return_centers else made


def _generator(random_state):
    if isinstance(random_state, RandomState):
        return random_state
    return numpy.random._global if random_state is None else RandomState(random_state)
