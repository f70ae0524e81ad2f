"""A ResNet of ten layers: a network of today's kind, small enough for two processor cores.

He et al., "Deep Residual Learning for Image Recognition" (CVPR 2016): basic blocks, one a stage.
"""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional

WIDTHS = (32, 64, 128, 256)


class Block(nn.Module):
    """Two 3x3 convolutions beside a shortcut."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(outputs)
        self.shortcut: nn.Module = nn.Identity()
        if stride > 1 or inputs != outputs:
            self.shortcut = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs)
            )

    def forward(self, features: Tensor) -> Tensor:
        found = functional.relu(self.norm1(self.conv1(features)))
        return functional.relu(self.norm2(self.conv2(found)) + self.shortcut(features))


class SmallResNet(nn.Module):
    """pixels (B, 3, H, W) -> logits (B, classes); stages stage1 to stage4 at strides 4 to 32."""

    def __init__(self, classes: int, widths: tuple[int, ...] = WIDTHS) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, widths[0], 7, stride=2, padding=3, bias=False)
        self.norm = nn.BatchNorm2d(widths[0])
        self.pool = nn.MaxPool2d(3, 2, padding=1)
        self.stage1 = Block(widths[0], widths[0], 1)
        self.stage2 = Block(widths[0], widths[1], 2)
        self.stage3 = Block(widths[1], widths[2], 2)
        self.stage4 = Block(widths[2], widths[3], 2)
        self.classifier = nn.Linear(widths[3], classes)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def forward(self, pixels: Tensor) -> Tensor:
        features = self.pool(functional.relu(self.norm(self.stem(pixels))))
        features = self.stage4(self.stage3(self.stage2(self.stage1(features))))
        logits: Tensor = self.classifier(features.mean(dim=(2, 3)))
        return logits
