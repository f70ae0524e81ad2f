#include "eye/ssimulacra2.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>
#include <optional>

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

void operator+=(TileSums& total, const TileSums& own) {
  total.field += own.field;
  for (std::size_t c = 0; c < kChannels; ++c) {
    total.channels[c].structure += own.channels[c].structure;
    total.channels[c].gained += own.channels[c].gained;
    total.channels[c].lost += own.channels[c].lost;
  }
}

using Fields = std::vector<ScaledField>;
using ChannelWeights = std::array<NormWeights, kChannels>;

bool counts_edges(const NormWeights& w) {
  return w[1] > 0.0f || w[2] > 0.0f || w[4] > 0.0f || w[5] > 0.0f;
}

// What a tile adds, under each field.
std::vector<TileSums> tile_sums(Tile& tile, const Region& region, const Fields& fields,
                                const ChannelWeights& weights) {
  std::vector<TileSums> sums(fields.size());
  for (std::size_t c = 0; c < kChannels; ++c) {
    if (!counts(weights[c])) continue;
    tile.blur_channel(static_cast<int>(c));
    const bool edges = counts_edges(weights[c]);
    for (std::size_t f = 0; f < fields.size(); ++f) {
      tile.weigh(fields[f]);
      if (sums[f].field == 0.0) sums[f].field = tile.field_sum();
      ChannelSums& own = sums[f].channels[c];
      for (int y = 0; y < region.rows; ++y) {
        const LocalRow row = tile.row(y);
        own.structure += structure_sums(row, region.cols);
        if (edges) edge_sums(row, region.cols, own.gained, own.lost);
      }
    }
  }
  return sums;
}

// How many rows of tiles are looked at with the same memory: few enough for all threads.
int rows_of_tiles(const Tiling& tiling, int threads) {
  constexpr int kMost = 8, kEach = 4;
  return threads == 1 ? kMost : std::clamp(tiling.down() / (kEach * threads), 1, kMost);
}

// What every `skip`-th tile of a scale adds, under each field.
std::vector<TileSums> scale_sums(const Side& first, const Side& second, int scale,
                                 const Fields& fields, const ChannelWeights& weights, int skip,
                                 int threads) {
  const Tiling tiling{first.height(scale), first.width(scale)};
  const bool y_alone = !counts(weights[0]) && !counts(weights[2]);
  std::vector<std::vector<TileSums>> tiles(static_cast<std::size_t>(tiling.count()));
  const int rows = rows_of_tiles(tiling, threads);
  parallel_for(divide_up(tiling.down(), rows), threads, [&](int n) {
    Tile tile;
    const int end = std::min((n + 1) * rows, tiling.down()) * tiling.across();
    for (int t = n * rows * tiling.across(); t < end; ++t) {
      if (t % skip != skip / 2) continue;
      const Region region = tiling.region(t);
      tile.load(first, &second, scale, region, y_alone);
      tiles[static_cast<std::size_t>(t)] = tile_sums(tile, region, fields, weights);
    }
  });
  std::vector<TileSums> totals(fields.size());
  for (const auto& tile : tiles)
    for (std::size_t f = 0; f < tile.size(); ++f) totals[f] += tile[f];
  return totals;
}

// Tiles that are enough to estimate sums from; small pictures have fewer.
constexpr int kEnoughTiles = 48;

// Every how-manieth tile is enough. Neighbouring rows of tiles give different columns.
int skip_of(const Tiling& tiling) {
  int skip = std::max(tiling.count() / kEnoughTiles, 1);
  while (std::gcd(skip, tiling.across()) > 1) ++skip;
  return skip;
}

// How much all samples of a scale count.
double whole_field(const ScaledField& field, int scale, int height, int width, int threads) {
  const Tiling tiling{height, width};
  std::vector<double> tiles(static_cast<std::size_t>(tiling.count()));
  parallel_for(tiling.count(), threads, [&](int t) {
    const Region region = tiling.region(t);
    Sheet values;
    values.resize(region.rows, region.cols);
    field.fill(scale, height, width, region.top, region.left, values);
    tiles[static_cast<std::size_t>(t)] = sum_of(values);
  });
  double sum = 0.0;
  for (const double tile : tiles) sum += tile;
  return sum;
}

double fourth_root(double value) { return std::sqrt(std::sqrt(value)); }

// Adds an error's part of the sum, and tells how much each error counts. `share` is that of a sample
// among those that were summed, `whole` among all.
ErrorWeights weighed(const ErrorSums& sums, double share, double whole, float mean, float fourth,
                     double& sum) {
  const double norm = fourth_root(sums.fourth * share);
  sum += static_cast<double>(mean) * sums.mean * share + static_cast<double>(fourth) * norm;
  // An error too small for its fourth power counts for nothing.
  const bool any = norm > 1e-9;
  return {mean, fourth, any ? static_cast<float>(1.0 / norm) : 0.0f, static_cast<float>(whole)};
}

}  // namespace

bool counts(const NormWeights& weights) {
  return std::any_of(weights.begin(), weights.end(), [](float w) { return w > 0.0f; });
}

namespace {

// How much the errors of a scale count; adds what they cost to `sum`. `field`: how much all samples
// count.
ScaleErrors weighed_scale(const TileSums& total, double field, const ChannelWeights& weights,
                          double& sum) {
  ScaleErrors errors;
  const double share = 1.0 / total.field, whole = 1.0 / field;
  for (std::size_t c = 0; c < kChannels; ++c) {
    const NormWeights& w = weights[c];
    const ChannelSums& own = total.channels[c];
    errors[c] = {weighed(own.structure, share, whole, w[0], w[3], sum),
                 weighed(own.gained, share, whole, w[1], w[4], sum),
                 weighed(own.lost, share, whole, w[2], w[5], sum), counts(w)};
  }
  return errors;
}

Fields scaled(const std::vector<BlockField>& fields, int scales) {
  Fields out;
  for (const BlockField& field : fields) out.emplace_back(field, scales);
  return out;
}

// A picture and what is made of it to be looked at: planes where they are kept, else a pyramid.
class Held {
 public:
  Held(const Picture& picture, const Planes* kept, int scales, int threads) {
    if (!kept) pyramid_.emplace(picture, scales, threads);
    side_.emplace(kept ? Side(*kept) : Side(*pyramid_));
  }
  const Side& side() const { return *side_; }

 private:
  std::optional<Pyramid> pyramid_;
  std::optional<Side> side_;
};

}  // namespace

Seen ssimulacra2(const Picture& original, const Planes* kept, const Picture& decoded,
                 const ScaleWeights& weights, const BlockField& field, const GradientSink& sink,
                 int threads) {
  const int scales = static_cast<int>(weights.size());
  const Held held(original, kept, scales, threads);
  const Side& first = held.side();
  std::optional<Pyramid> second;
  if (decoded.pixels != nullptr) second.emplace(decoded, scales, threads);
  const Fields fields = scaled({field}, scales);
  Seen seen;
  std::vector<ScaleErrors> errors;
  for (int s = 0; s < scales; ++s) {
    const ChannelWeights& own = weights[static_cast<std::size_t>(s)];
    const Tiling tiling{first.height(s), first.width(s)};
    const double whole = whole_field(fields[0], s, tiling.height, tiling.width, threads);
    TileSums total;
    total.field = whole;
    if (second)
      total = scale_sums(first, Side(*second), s, fields, own, skip_of(tiling), threads)[0];
    errors.push_back(weighed_scale(total, whole, own, seen.sum));
  }
  descend(first, second ? &*second : nullptr, fields[0], errors, seen, sink, threads);
  return seen;
}

std::vector<double> ssimulacra2_sums(const Picture& original, const Planes* kept,
                                     const Picture& decoded, const ScaleWeights& weights,
                                     const std::vector<BlockField>& fields, int threads) {
  const int scales = static_cast<int>(weights.size());
  const PlaneLayout layout(original.height, original.width, weights, false);
  std::unique_ptr<float[]> memory;
  if (kept) {
    memory.reset(new float[layout.size()]);
    fill_planes(decoded, layout, false, memory.get(), threads);
  }
  const Planes planes{layout, memory.get()};
  const Held first(original, kept, scales, threads);
  const Held second(decoded, kept ? &planes : nullptr, scales, threads);
  const Fields scaled_fields = scaled(fields, scales);
  std::vector<double> sums(fields.size());
  for (int s = 0; s < scales; ++s) {
    const ChannelWeights& own = weights[static_cast<std::size_t>(s)];
    const auto totals = scale_sums(first.side(), second.side(), s, scaled_fields, own, 1, threads);
    for (std::size_t f = 0; f < fields.size(); ++f)
      weighed_scale(totals[f], totals[f].field, own, sums[f]);
  }
  return sums;
}

}  // namespace foveate
