"""Says how much room there is."""

from areas import rectangle_area

from settings import WIDTH

if __name__ == "__main__":
    print(rectangle_area(WIDTH, WIDTH))
