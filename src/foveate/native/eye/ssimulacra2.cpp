#include "eye/ssimulacra2.hpp"

#include <algorithm>
#include <cmath>

#include "eye/gradient.hpp"
#include "eye/tile.hpp"
#include "parallel.hpp"

namespace foveate {
namespace {

struct ChannelSums {
  ErrorSums structure;
  ErrorSums gained;
  ErrorSums lost;
};

struct TileSums {
  std::array<ChannelSums, kChannels> channels;
  double field = 0.0;
};

TileSums tile_sums(Tile& tile, const Region& region,
                   const std::array<NormWeights, kChannels>& weights) {
  TileSums sums;
  sums.field = tile.field_sum();
  for (std::size_t c = 0; c < kChannels; ++c) {
    if (!counts(weights[c])) continue;
    tile.blur_channel(static_cast<int>(c));
    ChannelSums& own = sums.channels[c];
    for (int y = 0; y < region.rows; ++y) {
      const LocalRow row = tile.row(y);
      own.structure += structure_sums(row, region.cols);
      edge_sums(row, region.cols, own.gained, own.lost);
    }
  }
  return sums;
}

double fourth_root(double value) { return std::sqrt(std::sqrt(value)); }

// Adds an error's part of the sum, and tells how much each error counts.
ErrorWeights weighed(const ErrorSums& sums, double share, float mean, float fourth, double& sum) {
  const double norm = fourth_root(sums.fourth * share);
  sum += static_cast<double>(mean) * sums.mean * share + static_cast<double>(fourth) * norm;
  // An error too small for its fourth power counts for nothing.
  const bool any = norm > 1e-9;
  return {mean, fourth, any ? static_cast<float>(1.0 / norm) : 0.0f, static_cast<float>(share)};
}

}  // namespace

bool counts(const NormWeights& weights) {
  return std::any_of(weights.begin(), weights.end(), [](float w) { return w > 0.0f; });
}

Seen ssimulacra2(const Picture& original, const Picture& decoded, const ScaleWeights& weights,
                 const BlockField& field, int threads) {
  const int scales = static_cast<int>(weights.size());
  const Pyramid first(original, scales, threads);
  const bool compared = decoded.pixels != nullptr;
  const Pyramid second(compared ? decoded : original, compared ? scales : 1, threads);
  const ScaledField scaled(field, scales);

  Seen seen;
  std::vector<ScaleErrors> errors(weights.size());
  for (int s = 0; s < scales; ++s) {
    const auto at = static_cast<std::size_t>(s);
    const Tiling tiling{first.height(s), first.width(s)};
    std::vector<TileSums> tiles(static_cast<std::size_t>(tiling.count()));
    parallel_for(tiling.count(), threads, [&](int t) {
      const Region region = tiling.region(t);
      if (!compared) {
        // There is no error; only how much everything counts is asked.
        Sheet values;
        values.resize(region.rows, region.cols);
        scaled.fill(s, tiling.height, tiling.width, region.top, region.left, values);
        for (int y = 0; y < region.rows; ++y)
          for (int x = 0; x < region.cols; ++x)
            tiles[static_cast<std::size_t>(t)].field += static_cast<double>(values.row(y)[x]);
        return;
      }
      const bool y_alone = !counts(weights[at][0]) && !counts(weights[at][2]);
      Tile tile(first, &second, scaled, s, region, y_alone);
      tiles[static_cast<std::size_t>(t)] = tile_sums(tile, region, weights[at]);
    });
    TileSums total;
    for (const TileSums& tile : tiles) {
      total.field += tile.field;
      for (std::size_t c = 0; c < kChannels; ++c) {
        total.channels[c].structure += tile.channels[c].structure;
        total.channels[c].gained += tile.channels[c].gained;
        total.channels[c].lost += tile.channels[c].lost;
      }
    }
    const double share = 1.0 / total.field;
    for (std::size_t c = 0; c < kChannels; ++c) {
      const NormWeights& w = weights[at][c];
      const ChannelSums& own = total.channels[c];
      errors[at][c] = {weighed(own.structure, share, w[0], w[3], seen.sum),
                       weighed(own.gained, share, w[1], w[4], seen.sum),
                       weighed(own.lost, share, w[2], w[5], seen.sum), counts(w)};
    }
  }
  descend(first, compared ? &second : nullptr, scaled, errors, seen, threads);
  return seen;
}

}  // namespace foveate
