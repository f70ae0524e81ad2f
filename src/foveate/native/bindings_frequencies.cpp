// Levels and steps where each coefficient has a weight of its own; checked here.
#include "bindings.hpp"

#include <bit>
#include <cmath>
#include <cstdint>

#include "bindings_bands.hpp"
#include "levels.hpp"
#include "trellis.hpp"
#include "vectors.hpp"

namespace foveate {
namespace {

constexpr std::uint32_t kInfinity = 0x7F800000;

// The largest of the blocks' numbers as bits: of finite ones that are not negative, below
// kInfinity. Unlike comparisons of numbers, these go side by side.
FOVEATE_CLONES
std::uint32_t largest_bits(const float* values, int blocks) {
  std::uint32_t largest = 0;
  for (std::ptrdiff_t i = 0; i < static_cast<std::ptrdiff_t>(blocks) * kBlock; ++i)
    largest = std::max(largest, std::bit_cast<std::uint32_t>(values[i]));
  return largest;
}

using CoefficientWeights = In<float, BlockShape>;

Grid<const float> checked_weights(const CoefficientWeights& weights,
                                  const In<std::int16_t, BlockShape>& coefficients, Used used) {
  require_same_blocks(weights, coefficients, "weights must have one value a coefficient");
  const auto grid = grid_of<const float>(weights, used, "weights");
  for (int row = 0; row < grid.used_rows; ++row) {
    require(largest_bits(grid.block(row, 0), grid.used_cols) < kInfinity,
            "every coefficient's weight must be finite and not negative");
  }
  return grid;
}

void quantise_ac_by_frequency_binding(const In<std::int16_t, BlockShape>& coefficients,
                                      const CoefficientWeights& weights, const Steps& steps,
                                      float lambda, const std::vector<BandTuple>& bands,
                                      const InOut<std::int16_t, BlockShape>& levels, Used used,
                                      int threads) {
  require_same_blocks(coefficients, levels, "levels must have the coefficients' shape");
  const auto grid = grid_of<const std::int16_t>(coefficients, used, "coefficients");
  const auto out = grid_of<std::int16_t>(levels, used, "levels");
  const auto own = checked_weights(weights, coefficients, used);
  const Steps table = checked_steps(steps);
  require(std::isfinite(lambda) && lambda >= 0.0f, "lambda must be finite and not negative");
  const std::vector<Band> rates = checked_bands(bands);
  const int workers = checked_threads(threads);
  nb::gil_scoped_release release;
  quantise_ac_by_frequency(grid, own, table, lambda, rates, out, workers);
}

std::pair<std::array<double, kBlock>, std::array<double, kBlock>> fit_steps_by_frequency_binding(
    const In<std::int16_t, BlockShape>& coefficients, const CoefficientWeights& weights,
    const In<std::int16_t, BlockShape>& levels, Used used, int threads) {
  require_same_blocks(coefficients, levels, "levels must have the coefficients' shape");
  const auto grid = grid_of<const std::int16_t>(coefficients, used, "coefficients");
  const auto chosen = grid_of<const std::int16_t>(levels, used, "levels");
  const auto own = checked_weights(weights, coefficients, used);
  const int workers = checked_threads(threads);
  nb::gil_scoped_release release;
  const StepFit fit = fit_steps_by_frequency(grid, own, chosen, workers);
  return {fit.cross, fit.square};
}

}  // namespace

void bind_frequencies(nb::module_& m) {
  using namespace nb::literals;
  m.def("quantise_ac_by_frequency", &quantise_ac_by_frequency_binding,
        "coefficients"_a.noconvert(), "weights"_a.noconvert(), "steps"_a, "lam"_a, "bands"_a,
        "levels"_a.noconvert(), "used"_a, "threads"_a = 1,
        R"(Write to `levels` what minimises the sum of weight * error^2 + lam * bits.

As `quantise_ac`, but `weights`, not negative, are (rows, cols, 64), there is no masking, and
the largest level of the next smaller size category is a candidate too.)");
  m.def("fit_steps_by_frequency", &fit_steps_by_frequency_binding, "coefficients"_a.noconvert(),
        "weights"_a.noconvert(), "levels"_a.noconvert(), "used"_a, "threads"_a = 1,
        R"(As `fit_steps`, with `weights` (rows, cols, 64).)");
}

}  // namespace foveate
