def doubled(student, numbers):
    return [2 * number for number in numbers]
