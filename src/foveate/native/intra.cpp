#include "intra.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <vector>

#include "dct.hpp"
#include "parallel.hpp"

namespace foveate {
namespace {

constexpr int kSide = 8;
constexpr int kEdge = 2 * kSide;  // neighbours above, and to the left, that a prediction may see
constexpr int kSuperblock = 8;    // blocks a side

// Weights of the smooth predictors for 8 samples, in 256ths (AV1 9.3, Sm_Weights_Tx_8x8).
constexpr int kSmooth[kSide] = {255, 197, 146, 105, 73, 50, 37, 32};

// 64 / tan of 67.5, 45 and 22.5 degrees as AV1 has it for the nominal angles (Dr_Intra_Derivative).
struct Slopes {
  static constexpr int steep = 27, diagonal = 64, flat = 151;
};

// The samples around a block: `above[i]` and `left[i]` for -1 <= i < 16, where -1 is the corner.
struct Neighbours {
  int above_row[kEdge + 1];
  int left_column[kEdge + 1];
  bool has_above, has_left;

  int above(int i) const { return above_row[std::min(i, kEdge - 1) + 1]; }
  int left(int i) const { return left_column[std::min(i, kEdge - 1) + 1]; }
};

// Where a block comes in the order of its superblock: the bits of row and column in turn.
int order_in_superblock(int row, int col) {
  int order = 0;
  for (int bit = 0; bit < 3; ++bit)
    order |= ((col >> bit) & 1) << (2 * bit) | ((row >> bit) & 1) << (2 * bit + 1);
  return order;
}

class Edges {
 public:
  explicit Edges(const Plane& plane)
      : plane_(plane),
        rows_(divide_up(plane.height, kSide)),
        cols_(divide_up(plane.width, kSide)) {}

  int sample(int y, int x) const {
    const int row = std::min(y, plane_.height - 1), col = std::min(x, plane_.width - 1);
    return plane_.samples[static_cast<std::ptrdiff_t>(row) * plane_.width + col];
  }

  // What is decoded before the block at `row`, `col`; AV1 7.11.2 says what stands for the rest.
  Neighbours around(int row, int col) const {
    Neighbours n{};
    n.has_above = row > 0;
    n.has_left = col > 0;
    const int y = row * kSide, x = col * kSide;
    const int beside = has_above_right(row, col) ? kEdge : kSide;
    const int below = has_below_left(row, col) ? kEdge : kSide;
    for (int i = 0; i < kEdge; ++i) {
      n.above_row[i + 1] = n.has_above  ? sample(y - 1, x + std::min(i, beside - 1))
                           : n.has_left ? sample(y, x - 1)
                                        : 127;
      n.left_column[i + 1] = n.has_left    ? sample(y + std::min(i, below - 1), x - 1)
                             : n.has_above ? sample(y - 1, x)
                                           : 129;
    }
    const int corner = n.has_above && n.has_left ? sample(y - 1, x - 1)
                       : n.has_above             ? sample(y - 1, x)
                       : n.has_left              ? sample(y, x - 1)
                                                 : 128;
    n.above_row[0] = n.left_column[0] = corner;
    return n;
  }

 private:
  bool has_above_right(int row, int col) const {
    if (row == 0 || col + 1 >= cols_) return false;
    const int r = row % kSuperblock, c = col % kSuperblock;
    if (r == 0) return true;
    return c + 1 < kSuperblock && order_in_superblock(r - 1, c + 1) < order_in_superblock(r, c);
  }

  bool has_below_left(int row, int col) const {
    if (col == 0 || row + 1 >= rows_) return false;
    const int r = row % kSuperblock, c = col % kSuperblock;
    if (r + 1 == kSuperblock) return false;
    return c == 0 || order_in_superblock(r + 1, c - 1) < order_in_superblock(r, c);
  }

  Plane plane_;
  int rows_, cols_;
};

using Samples = int[kSide][kSide];

void predict_dc(const Neighbours& n, Samples& out) {
  int sum = 0, count = 0;
  for (int i = 0; i < kSide; ++i) {
    if (n.has_above) sum += n.above(i), ++count;
    if (n.has_left) sum += n.left(i), ++count;
  }
  const int mean = count == 0 ? 128 : (sum + count / 2) / count;
  for (auto& row : out) std::fill(std::begin(row), std::end(row), mean);
}

// Vertical, horizontal, Paeth and the three smooth predictors.
void predict_plain(int mode, const Neighbours& n, Samples& out) {
  const int corner = n.above(-1);
  for (int r = 0; r < kSide; ++r)
    for (int c = 0; c < kSide; ++c) {
      const int above = n.above(c), left = n.left(r);
      const int down = kSmooth[r] * above + (256 - kSmooth[r]) * n.left(kSide - 1);
      const int across = kSmooth[c] * left + (256 - kSmooth[c]) * n.above(kSide - 1);
      const int base = above + left - corner;
      const int from_left = std::abs(base - left), from_above = std::abs(base - above),
                from_corner = std::abs(base - corner);
      switch (mode) {
        case 0:
          out[r][c] = above;
          break;
        case 1:
          out[r][c] = left;
          break;
        case 2:
          out[r][c] = from_left <= from_above && from_left <= from_corner ? left
                      : from_above <= from_corner                        ? above
                                                                         : corner;
          break;
        case 3:
          out[r][c] = (down + across + 256) >> 9;
          break;
        case 4:
          out[r][c] = (down + 128) >> 8;
          break;
        default:
          out[r][c] = (across + 128) >> 8;
      }
    }
}

int between(int first, int second, int at) {
  return (first * (32 - at) + second * at + 16) >> 5;
}

// Directional predictors from above (45 and 67 degrees) or, rows and columns swapped, from the left
// (203 degrees).
template <class Edge>
int from_one_edge(const Edge& edge, int along, int away, int slope) {
  const int position = (away + 1) * slope;
  const int base = (position >> 6) + along;
  return between(edge(base), edge(base + 1), (position & 63) >> 1);
}

// Directional predictors that see both edges (113, 135 and 157 degrees).
int from_both_edges(const Neighbours& n, int row, int col, int across, int down) {
  const int from_above = (col << 6) - (row + 1) * across;
  const int base = from_above >> 6;
  if (base >= -1) return between(n.above(base), n.above(base + 1), (from_above & 63) >> 1);
  const int from_left = (row << 6) - (col + 1) * down;
  const int other = from_left >> 6;
  return between(n.left(other), n.left(other + 1), (from_left & 63) >> 1);
}

void predict_along(int mode, const Neighbours& n, Samples& out) {
  const auto above = [&](int i) { return n.above(i); };
  const auto left = [&](int i) { return n.left(i); };
  for (int r = 0; r < kSide; ++r)
    for (int c = 0; c < kSide; ++c) switch (mode) {
        case 0:
          out[r][c] = from_one_edge(above, c, r, Slopes::diagonal);
          break;
        case 1:
          out[r][c] = from_one_edge(above, c, r, Slopes::steep);
          break;
        case 2:
          out[r][c] = from_one_edge(left, r, c, Slopes::steep);
          break;
        case 3:
          out[r][c] = from_both_edges(n, r, c, Slopes::diagonal, Slopes::diagonal);
          break;
        case 4:
          out[r][c] = from_both_edges(n, r, c, Slopes::steep, Slopes::flat);
          break;
        default:
          out[r][c] = from_both_edges(n, r, c, Slopes::flat, Slopes::steep);
      }
}

constexpr int kPlainModes = 6, kDirections = 6, kModes = 1 + kPlainModes + kDirections;

void predict(int mode, const Neighbours& n, Samples& out) {
  if (mode == 0)
    predict_dc(n, out);
  else if (mode <= kPlainModes)
    predict_plain(mode - 1, n, out);
  else
    predict_along(mode - 1 - kPlainModes, n, out);
}

void best_residual(const Edges& edges, int row, int col, std::int16_t* best) {
  const Neighbours n = edges.around(row, col);
  Samples block, predicted;
  for (int r = 0; r < kSide; ++r)
    for (int c = 0; c < kSide; ++c) block[r][c] = edges.sample(row * kSide + r, col * kSide + c);
  alignas(32) float left_over[kModes][kBlock], zigzag[kBlock];
  int smallest = -1;
  for (int mode = 0; mode < kModes; ++mode) {
    predict(mode, n, predicted);
    for (int i = 0; i < kBlock; ++i)
      left_over[mode][i] =
          static_cast<float>(block[i / kSide][i % kSide] - predicted[i / kSide][i % kSide]);
    forward_dct(left_over[mode], kSide, 1, zigzag);
    std::int16_t units[kBlock];
    int sum = 0;
    for (int k = 0; k < kBlock; ++k) {
      const float value = zigzag[k] / kResidualUnit;
      units[k] = static_cast<std::int16_t>(static_cast<int>(value + std::copysign(0.5f, value)));
      sum += std::abs(static_cast<int>(units[k]));
    }
    if (smallest < 0 || sum < smallest) {
      smallest = sum;
      std::copy(units, units + kBlock, best);
    }
  }
}

}  // namespace

void intra_residuals(const Plane& plane, std::int16_t* residuals, int threads) {
  const Edges edges(plane);
  const int rows = divide_up(plane.height, kSide), cols = divide_up(plane.width, kSide);
  parallel_for(rows, threads, [&](int row) {
    for (int col = 0; col < cols; ++col)
      best_residual(edges, row, col,
                    residuals + (static_cast<std::ptrdiff_t>(row) * cols + col) * kBlock);
  });
}

void level_bits(const std::int16_t* residuals, int blocks, int dc_step, int ac_step,
                std::int32_t* bits, std::int32_t* largest, int threads) {
  constexpr int kPiece = 1024;
  parallel_for(divide_up(blocks, kPiece), threads, [&](int piece) {
    const int end = std::min((piece + 1) * kPiece, blocks);
    for (int n = piece * kPiece; n < end; ++n) {
      const std::int16_t* block = residuals + static_cast<std::ptrdiff_t>(n) * kBlock;
      int sum = 0, pending = 0, most = 0;  // zeros count once a level follows
      for (int k = 0; k < kBlock; ++k) {
        const int step = k == 0 ? dc_step : ac_step;
        const int level = (2 * std::abs(static_cast<int>(block[k])) + step) / (2 * step);
        ++pending;
        if (level == 0) continue;
        sum += pending + size_category(static_cast<unsigned>(level) + 1);
        pending = 0;
        if (k > 0) most = std::max(most, level);
      }
      bits[n] = 1 + sum;
      largest[n] = most;
    }
  });
}

}  // namespace foveate
