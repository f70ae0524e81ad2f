// Butteraugli: how visible the differences of two pictures are at each pixel (Alakuijala et al.,
// Google, 2017; as it is in libjxl since 0.7).
#pragma once

#include "colour.hpp"

namespace foveate {

// Writes (height, width) of the pictures, which have one size. A side under 8 is filled up with its
// outermost samples first.
void butteraugli(const Picture& original, const Picture& decoded, float* map, int threads);

}  // namespace foveate
