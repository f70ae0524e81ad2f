#include "eye/butteraugli.hpp"

#include <algorithm>
#include <vector>

#include "eye/butteraugli_strip.hpp"
#include "parallel.hpp"

namespace foveate {
namespace {

constexpr int kLeastSide = 8;
constexpr int kLeastStrip = 64;  // rows; each strip takes 37 more at either end
// How much the half-sized picture counts, and how much less the other then does.
constexpr float kHalfShare = 0.5f, kFullShare = 1.0f - 0.3f * 0.5f;

struct Filled {
  int height, width, top, left;
  std::vector<std::uint8_t> pixels;

  explicit Filled(const Picture& from)
      : height(std::max(from.height, kLeastSide)),
        width(std::max(from.width, kLeastSide)),
        top((height - from.height) / 2),
        left((width - from.width) / 2) {
    for (int y = 0; y < height; ++y)
      for (int x = 0; x < width; ++x) {
        const std::ptrdiff_t row = std::clamp(y - top, 0, from.height - 1);
        const std::ptrdiff_t col = std::clamp(x - left, 0, from.width - 1);
        const std::uint8_t* pixel = from.pixels + (row * from.width + col) * from.channels;
        pixels.insert(pixels.end(), pixel, pixel + from.channels);
      }
  }
  Picture picture(int channels) const { return {pixels.data(), height, width, channels}; }
};

template <class Take>
void strips(const Pyramid& original, const Pyramid& decoded, int scale, int threads, Take&& take) {
  const int height = original.height(scale);
  const int count = std::max(1, std::min(threads, height / kLeastStrip));
  parallel_for(count, threads, [&](int i) {
    const auto begin = [&](int strip) {
      return static_cast<int>(static_cast<std::ptrdiff_t>(height) * strip / count);
    };
    ButteraugliStrip(original, decoded, scale).rows(begin(i), begin(i + 1), take);
  });
}

}  // namespace

void butteraugli(const Picture& original, const Picture& decoded, float* map, int threads) {
  if (original.height < kLeastSide || original.width < kLeastSide) {
    const Filled first(original), second(decoded);
    std::vector<float> whole(static_cast<std::size_t>(first.height) *
                             static_cast<std::size_t>(first.width));
    butteraugli(first.picture(original.channels), second.picture(decoded.channels), whole.data(),
                threads);
    for (std::ptrdiff_t y = 0; y < original.height; ++y) {
      const float* from = whole.data() + (y + first.top) * first.width + first.left;
      std::copy(from, from + original.width, map + y * original.width);
    }
    return;
  }
  const bool halved = (std::min(original.height, original.width) + 1) / 2 >= kLeastSide;
  const Pyramid first(original, halved ? 2 : 1, threads), second(decoded, halved ? 2 : 1, threads);
  std::vector<float> half;
  std::ptrdiff_t half_width = 0;
  if (halved) {
    half_width = first.width(1);
    half.resize(static_cast<std::size_t>(first.height(1)) * static_cast<std::size_t>(half_width));
    strips(first, second, 1, threads, [&](int y, const float* row) {
      std::copy(row, row + half_width, half.data() + y * half_width);
    });
  }
  strips(first, second, 0, threads, [&](int y, const float* row) {
    float* out = map + static_cast<std::ptrdiff_t>(y) * original.width;
    if (!halved) {
      std::copy(row, row + original.width, out);
      return;
    }
    const float* coarse = half.data() + (y / 2) * half_width;
    for (int x = 0; x < original.width; ++x)
      out[x] = kFullShare * row[x] + kHalfShare * coarse[x / 2];
  });
}

}  // namespace foveate
