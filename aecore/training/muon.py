"""Muon for convolutions: the optimizer that makes each update of a kernel orthogonal.

Jordan et al., "Muon: An optimizer for hidden layers in neural networks", 2024; kernels become matrices as there.
"""

from __future__ import annotations

import math
from typing import Any

import keras
from keras import ops


class ConvolutionMuon(keras.optimizers.Muon):
    """Keras' Muon, which leaves convolutions to AdamW, for these as well: (k, k, c, f) becomes (k * k * c, f).

    A kernel whose matrix has fewer than `least` rows or columns is left to AdamW, as are biases.
    """

    least = 16

    def _should_use_adamw(self, variable: Any) -> bool:
        shape = variable.shape
        return len(shape) not in (2, 4) or min(shape[-1], math.prod(shape[:-1])) < self.least

    def _muon_update_step(self, gradient: Any, variable: Any, lr: Any, m: Any) -> None:
        self.assign_add(m, ops.add(gradient, m * (self.momentum - 1)))
        update = ops.add(gradient, self.momentum * m) if self.nesterov else m
        flat = ops.reshape(update, (-1, variable.shape[-1]))
        step = self.lr_adjust(lr * self.zeropower_via_newtonschulz5(flat, self.ns_steps))
        self.assign_sub(variable, ops.reshape(step, variable.shape))
