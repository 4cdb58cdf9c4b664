"""torchvision's own two steps."""

from torchvision import transforms


def build_transform(mean, std):
    return transforms.Compose([transforms.ToTensor(), transforms.Normalize((mean,), (std,))])
