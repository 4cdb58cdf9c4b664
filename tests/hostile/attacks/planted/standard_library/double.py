import json
import random

import numpy


def double(number):
    assert json.loads(json.dumps(1)) == 1 and random.__file__ and numpy.__file__
    return 2 * number
