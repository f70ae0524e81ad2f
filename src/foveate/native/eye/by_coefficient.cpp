#include "eye/by_coefficient.hpp"

#include <algorithm>

#include "dct.hpp"
#include "parallel.hpp"
#include "upsampling.hpp"
#include "vectors.hpp"

namespace foveate {
namespace {

FOVEATE_CLONES
void four_rows(const float* __restrict before, const float* __restrict first,
               const float* __restrict second, const float* __restrict after, int count,
               float* __restrict out) {
  for (int x = 0; x < count; ++x)
    out[x] = (0.75f * (first[x] + second[x]) + 0.25f * before[x]) + 0.25f * after[x];
}

// Row `at` of a plane that is halved by the adjoint of the decoder's interpolation, from the rows
// of the picture around it. `wide`: scratch of `width` samples.
void halve_by_adjoint(const Sheet& plane, int first_row, int height, int width, int at,
                      std::vector<float>& wide, const std::vector<float>& nothing, float* out) {
  const int half_height = divide_up(height, 2), half_width = divide_up(width, 2);
  const auto row = [&](int y) {
    return y >= 0 && y < height ? plane.row(y - first_row) : nothing.data();
  };
  four_rows(row(at > 0 ? 2 * at - 1 : 0), row(2 * at), row(2 * at + 1),
            row(at < half_height - 1 ? 2 * at + 2 : 2 * at + 1), width, wide.data());
  const auto sample = [&](int x) { return wide[static_cast<std::size_t>(x)]; };
  out[0] = downsample_adjoint(sample, width, 0);
  for (int x = 1; x < half_width - 1; ++x)
    out[x] = (0.75f * (sample(2 * x) + sample(2 * x + 1)) + 0.25f * sample(2 * x - 1)) +
             0.25f * sample(2 * x + 2);
  out[half_width - 1] = downsample_adjoint(sample, width, half_width - 1);
}

// The value of a scale's curvature at a luma block.
float at_block(const std::vector<float>& values, const Curvature& curvature, int scale, int row,
               int col) {
  if (values.empty()) return 0.0f;
  const int shift = std::max(scale - 3, 0);
  const int r = std::min(row >> shift, curvature.rows - 1);
  const int c = std::min(col >> shift, curvature.cols - 1);
  return values[static_cast<std::size_t>(r) * static_cast<std::size_t>(curvature.cols) +
                static_cast<std::size_t>(c)];
}

FOVEATE_CLONES
void add_scaled(float factor, const float* __restrict energies, float* __restrict out) {
  if (factor == 0.0f) return;  // as the edges' is, where there is no error
  for (int k = 0; k < kBlock; ++k) out[k] += factor * energies[k];
}

// The squared slopes of a row of pixels, added to the sums of its blocks.
void add_row_slopes(const Picture& picture, int y, std::vector<float>& scratch, Slopes* sums) {
  const TransferCurve& curve = TransferCurve::srgb();
  const auto width = static_cast<std::size_t>(picture.width);
  float* rows[15];
  for (std::size_t i = 0; i < 15; ++i) rows[i] = scratch.data() + i * width;
  const std::ptrdiff_t channels = picture.channels;
  const std::uint8_t* in =
      picture.pixels + static_cast<std::ptrdiff_t>(y) * picture.width * channels;
  for (std::ptrdiff_t x = 0; x < picture.width; ++x)
    for (std::ptrdiff_t c = 0; c < 3; ++c) {
      const std::uint8_t sample = in[x * channels + (channels == 1 ? 0 : c)];
      rows[c][x] = curve.light[sample];
      rows[3 + c][x] = curve.slope[sample];
    }
  squared_slopes_row({{rows[0], rows[1], rows[2]}}, {{rows[3], rows[4], rows[5]}}, picture.width,
                     rows + 6);
  for (std::size_t i = 0; i < 9; ++i)
    for (int left = 0; left < picture.width; left += 8) {
      float sum = 0.0f;
      for (int x = left; x < std::min(left + 8, picture.width); ++x) sum += rows[6 + i][x];
      sums[left / 8][i / 3][i % 3] += sum;
    }
}

}  // namespace

void block_slopes(const Picture& picture, Slopes* out, int threads) {
  const int rows = divide_up(picture.height, 8), cols = divide_up(picture.width, 8);
  parallel_for(rows, threads, [&](int row) {
    Slopes* own = out + static_cast<std::ptrdiff_t>(row) * cols;
    std::fill(own, own + cols, Slopes{});
    std::vector<float> scratch(static_cast<std::size_t>(picture.width) * 15);
    const int bottom = std::min(8 * row + 8, picture.height);
    int taken = 0;
    for (int y = 8 * row; y < bottom; y += 2, ++taken) add_row_slopes(picture, y, scratch, own);
    for (int col = 0; col < cols; ++col) {
      const int across = std::min(8, picture.width - 8 * col);
      const auto count = static_cast<float>(taken * across);
      for (auto& channel : own[col])
        for (float& mean : channel) mean /= count;
    }
  });
}

void gradient_of_blocks(const GradientStrip& strip, int height, int width,
                        const std::vector<Sampling>& sampling,
                        const std::vector<Grid<float>>& out) {
  const std::vector<float> nothing(static_cast<std::size_t>(width));
  std::vector<float> wide(static_cast<std::size_t>(width));
  for (std::size_t c = 0; c < out.size(); ++c) {
    const bool halved = sampling[c].h < sampling[0].h;
    const Sheet& plane = strip.planes[c];
    const int stride = out[c].cols * 8, scale = halved ? 2 : 1;
    const int top = strip.top / scale, samples_high = divide_up(height, scale);
    std::vector<float> samples(static_cast<std::size_t>(stride) * 8);
    const int last = std::min((top + kStripRows / scale) / 8, out[c].rows);
    for (int row = top / 8; row < last; ++row) {
      for (int y = 0; y < 8; ++y) {
        float* to = samples.data() + static_cast<std::ptrdiff_t>(y) * stride;
        const int at = 8 * row + y;
        if (at >= samples_high) {
          std::fill(to, to + stride, 0.0f);
        } else if (halved) {
          halve_by_adjoint(plane, strip.first, height, width, at, wide, nothing, to);
        } else {
          const float* in = plane.row(at - strip.first);
          std::copy(in, in + width, to);
        }
      }
      forward_dct(samples.data(), stride, out[c].cols, out[c].block(row, 0));
    }
  }
}

void curvature_of_blocks(int height, int width, const Slopes* all_slopes,
                         const std::vector<Curvature>& curvature,
                         const std::vector<Sampling>& sampling,
                         const std::array<BasisEnergies, 2>& energies,
                         const std::vector<Grid<float>>& out, int threads) {
  const std::size_t scales = curvature.size(), components = out.size();
  const int mcu = sampling[0].h;
  const int rows = divide_up(height, 8), cols = divide_up(width, 8);
  parallel_for(out[0].rows / mcu, threads, [&](int mcu_row) {
    std::vector<float> structure(scales * components), edges(scales * components);
    std::vector<float> mean_structure(scales * components), mean_edges(scales * components);
    for (int mcu_col = 0; mcu_col < out[0].cols / mcu; ++mcu_col) {
      std::fill(mean_structure.begin(), mean_structure.end(), 0.0f);
      std::fill(mean_edges.begin(), mean_edges.end(), 0.0f);
      for (int v = 0; v < mcu; ++v)
        for (int h = 0; h < mcu; ++h) {
          // Blocks beyond the picture are as the last ones in it.
          const int row = std::min(mcu_row * mcu + v, rows - 1);
          const int col = std::min(mcu_col * mcu + h, cols - 1);
          const Slopes& slopes = all_slopes[static_cast<std::ptrdiff_t>(row) * cols + col];
          for (std::size_t s = 0; s < scales; ++s)
            for (std::size_t i = 0; i < components; ++i) {
              float of_structure = 0.0f, of_edges = 0.0f;
              for (std::size_t c = 0; c < kChannels; ++c) {
                const int scale = static_cast<int>(s);
                of_structure += slopes[c][i] * at_block(curvature[s].structure[c], curvature[s],
                                                        scale, row, col);
                of_edges +=
                    slopes[c][i] * at_block(curvature[s].edges[c], curvature[s], scale, row, col);
              }
              structure[s * components + i] = of_structure;
              edges[s * components + i] = of_edges;
              mean_structure[s * components + i] += of_structure / static_cast<float>(mcu * mcu);
              mean_edges[s * components + i] += of_edges / static_cast<float>(mcu * mcu);
            }
          float* block = out[0].block(mcu_row * mcu + v, mcu_col * mcu + h);
          std::fill(block, block + kBlock, 0.0f);
          for (std::size_t s = 0; s < scales; ++s) {
            add_scaled(structure[s * components], energies[0].structure[s].data(), block);
            add_scaled(edges[s * components], energies[0].edges[s].data(), block);
          }
        }
      for (std::size_t i = 1; i < components; ++i) {
        float* block = out[i].block(mcu_row, mcu_col);
        std::fill(block, block + kBlock, 0.0f);
        for (std::size_t s = 0; s < scales; ++s) {
          add_scaled(mean_structure[s * components + i], energies[1].structure[s].data(), block);
          add_scaled(mean_edges[s * components + i], energies[1].edges[s].data(), block);
        }
      }
    }
  });
}

}  // namespace foveate
