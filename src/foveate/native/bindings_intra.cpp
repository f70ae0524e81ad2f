// What an intra coder has left to code, checked here.
#include "bindings.hpp"

#include <cstdint>

#include "intra.hpp"

namespace foveate {
namespace {

using LumaPlane = In<std::uint8_t, nb::shape<-1, -1>>;
using BlockNumbers = nb::ndarray<nb::numpy, std::int32_t>;

nb::ndarray<nb::numpy, std::int16_t> intra_residuals_binding(const LumaPlane& luma, int threads) {
  require(luma.shape(0) >= 1 && luma.shape(1) >= 1 && luma.shape(0) <= kMaxSide &&
              luma.shape(1) <= kMaxSide,
          "luma must be 1 to 65535 high and wide");
  const int workers = checked_threads(threads);
  const Plane plane{luma.data(), static_cast<int>(luma.shape(0)),
                    static_cast<int>(luma.shape(1))};
  const auto rows = static_cast<std::size_t>(divide_up(plane.height, 8));
  const auto cols = static_cast<std::size_t>(divide_up(plane.width, 8));
  std::unique_ptr<std::int16_t[]> found(new std::int16_t[rows * cols * kBlock]);
  {
    nb::gil_scoped_release release;
    intra_residuals(plane, found.get(), workers);
  }
  return owned(std::move(found), {rows, cols, kBlock});
}

std::pair<BlockNumbers, BlockNumbers> level_bits_binding(
    const In<std::int16_t, BlockShape>& residuals, int dc_step, int ac_step, int threads) {
  require(dc_step >= 1 && ac_step >= 1 && dc_step <= 32767 && ac_step <= 32767,
          "steps must lie in 1..32767");
  const int workers = checked_threads(threads);
  const std::size_t rows = residuals.shape(0), cols = residuals.shape(1);
  require(rows >= 1 && cols >= 1 && rows * cols <= (kMaxSide / 8 + 1) * (kMaxSide / 8 + 1),
          "residuals must hold the blocks of a plane");
  std::unique_ptr<std::int32_t[]> bits(new std::int32_t[rows * cols]);
  std::unique_ptr<std::int32_t[]> largest(new std::int32_t[rows * cols]);
  {
    nb::gil_scoped_release release;
    level_bits(residuals.data(), static_cast<int>(rows * cols), dc_step, ac_step, bits.get(),
               largest.get(), workers);
  }
  return {owned(std::move(bits), {rows, cols}), owned(std::move(largest), {rows, cols})};
}

}  // namespace

void bind_intra(nb::module_& m) {
  using namespace nb::literals;
  m.def("intra_residuals", &intra_residuals_binding, "luma"_a.noconvert(), "threads"_a = 1,
        R"(What AV1's best intra predictor leaves of each 8x8 block: int16 (rows, cols, 64).

Coefficients in zigzag order, in eighths. Predictions come from `luma`, uint8 (H, W), itself.)");
  m.def("level_bits", &level_bits_binding, "residuals"_a.noconvert(), "dc_step"_a, "ac_step"_a,
        "threads"_a = 1,
        R"(About the bits of each block's levels, and its largest AC level: int32 (rows, cols) each.

Steps are in eighths, as `residuals` are.)");
}

}  // namespace foveate
