// Coefficients that aim beyond white and black, where decoders clip.
#pragma once

#include <cstdint>

#include "blocks.hpp"
#include "colour.hpp"
#include "levels.hpp"

namespace foveate {

// A decoder shows whatever lies beyond white as white, and beyond black as black. Blocks that hold
// white or black samples, but not one of them alone, get coefficients whose samples may lie beyond,
// where that leaves less to quantise with steps of about this size: ringing then falls on the far
// side of what is shown. Writes the coefficients of those blocks; all others are left as they are.
// Tells whether there were any.
bool dering(const Picture& picture, const Grid<std::int16_t>& luma, const Steps& steps,
            int threads);

}  // namespace foveate
