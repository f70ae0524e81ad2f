#include "eye/targets.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "parallel.hpp"
#include "vectors.hpp"

namespace foveate {
namespace {

FOVEATE_CLONES
void mix_block(float model, const float* __restrict table, float anchor,
               float* __restrict curvature) {
  for (int k = 0; k < kBlock; ++k) curvature[k] = model * curvature[k] + anchor * table[k];
}

struct Block {
  const std::int16_t* original;
  const std::int16_t* levels;
  const float* gradient;
  float* curvature;
  std::int16_t* targets;
};

FOVEATE_CLONES
void move_block(const Block& block, const float* __restrict steps, const float* __restrict table,
                float model, float anchor, const Move& move) {
  const float rate = move.rate, limit = move.limit, memory = move.memory;
  for (int k = 0; k < kBlock; ++k) {
    const float original = static_cast<float>(block.original[k]) * kUnit;
    const float decoded = steps[k] * static_cast<float>(block.levels[k]);
    const float seen = model * block.curvature[k], held = anchor * table[k];
    const float weight = seen + held;
    const float best =
        (seen * decoded - 0.5f * model * block.gradient[k] + held * original) / weight;
    const float most = limit * steps[k];
    const float shift = std::min(std::max(rate * (best - original), -most), most);
    const float before = static_cast<float>(block.targets[k]) * kUnit;
    const float target = (1.0f - memory) * (original + shift) + memory * before;
    const float units = std::min(std::max(target / kUnit, -32767.0f), 32767.0f);
    block.targets[k] =
        static_cast<std::int16_t>(static_cast<int>(units + std::copysign(0.5f, units)));
    block.curvature[k] = weight;
  }
}

}  // namespace

std::array<double, kBlock> frequency_means(const Grid<const float>& curvature, int threads) {
  using Sums = std::array<double, kBlock>;
  std::vector<Sums> rows(static_cast<std::size_t>(curvature.used_rows));
  parallel_for(curvature.used_rows, threads, [&](int row) {
    Sums sums{};
    for (int col = 0; col < curvature.used_cols; ++col) {
      const float* block = curvature.block(row, col);
      for (std::size_t k = 0; k < kBlock; ++k) sums[k] += static_cast<double>(block[k]);
    }
    rows[static_cast<std::size_t>(row)] = sums;
  });
  Sums means{};
  for (const Sums& sums : rows)
    for (std::size_t k = 0; k < kBlock; ++k) means[k] += sums[k];
  const double count = static_cast<double>(curvature.used_rows) * curvature.used_cols;
  for (double& mean : means) mean /= count;
  return means;
}

void move_targets(const Coefficients& coefficients, const Steps& steps,
                  const Grid<const std::int16_t>& levels, const Grid<const float>& gradient,
                  const Anchor& anchor, const Move& move, const Grid<float>& curvature,
                  const Grid<std::int16_t>& targets, int threads) {
  const float model = (1.0f - move.share) / move.unit;
  parallel_for(coefficients.rows, threads, [&](int row) {
    for (int col = 0; col < coefficients.cols; ++col) {
      const Block block{coefficients.block(row, col), levels.block(row, col),
                        gradient.block(row, col), curvature.block(row, col),
                        targets.block(row, col)};
      const float own = anchor.blocks[static_cast<std::ptrdiff_t>(row) * coefficients.cols + col];
      move_block(block, steps.data(), anchor.table.data(), model, move.share * own, move);
    }
  });
}

void mix_weights(const Anchor& anchor, const Move& move, const Grid<float>& curvature,
                 int threads) {
  const float model = (1.0f - move.share) / move.unit;
  parallel_for(curvature.rows, threads, [&](int row) {
    for (int col = 0; col < curvature.cols; ++col) {
      const float own = anchor.blocks[static_cast<std::ptrdiff_t>(row) * curvature.cols + col];
      mix_block(model, anchor.table.data(), move.share * own, curvature.block(row, col));
    }
  });
}

}  // namespace foveate
