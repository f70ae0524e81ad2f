// What the fuzzer of the native code calls: levels from bytes are coded, and files are decoded.
// Only std::invalid_argument may come of it; ASan and UBSan see to the rest.
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <vector>

#include "colour.hpp"
#include "inverse.hpp"
#include "levels.hpp"
#include "scans.hpp"
#include "stream.hpp"
#if __has_include("decode.hpp")
#include "decode.hpp"
#define HAS_DECODE 1
#endif

namespace {

using namespace foveate;

// Bytes one after the other, and zeros behind the last.
class Bytes {
 public:
  Bytes(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}
  int next() { return at_ < size_ ? data_[at_++] : 0; }
  bool done() const { return at_ >= size_; }

 private:
  const std::uint8_t* data_;
  std::size_t size_;
  std::size_t at_ = 0;
};

void code(Bytes bytes) {
  const int height = 1 + bytes.next() % 80, width = 1 + bytes.next() % 80;
  const int flags = bytes.next();
  const int channels = flags & 1 ? 3 : 1, threads = 1 + (flags >> 4) % 3;
  const bool progressive = flags & 4;
  PictureLevels picture{{}, component_sampling(channels, flags & 2), progressive};
  std::vector<std::vector<std::int16_t>> stores;
  for (int c = 0; c < channels; ++c) {
    auto grid = component_grid(height, width, picture.sampling, c);
    stores.emplace_back(static_cast<std::size_t>(grid.rows) * static_cast<std::size_t>(grid.cols) *
                        kBlock);
    grid.data = stores.back().data();
    for (std::size_t i = 0; !bytes.done() && i < stores.back().size(); i += 1 + bytes.next() % 64)
      stores.back()[i] = static_cast<std::int16_t>((bytes.next() - 128) * 8);
    fill_padding(grid);
    picture.components.push_back({grid.data, grid.rows, grid.cols, grid.used_rows, grid.used_cols});
  }
  std::vector<Scan> scans;
  std::vector<int> all;
  for (int c = 0; c < channels; ++c) all.push_back(c);
  if (progressive) {
    scans.push_back({all, 0, 0});
    for (const int c : all) {
      const int split = 1 + flags % 62;
      scans.push_back({{c}, 1, split});
      scans.push_back({{c}, split + 1, 63});
    }
  } else {
    scans.push_back({all, 0, 63});
  }
  std::array<std::uint8_t, kBlock> table;
  table.fill(static_cast<std::uint8_t>(1 + flags % 255));
  std::array<float, kBlock> steps;
  steps.fill(table[0]);
  const Frame frame{height, width, picture, {table, table}, scans, {}};
  const auto file = write_jpeg(frame, scan_statistics(picture, scans, threads), threads);
  std::vector<std::uint8_t> pixels(static_cast<std::size_t>(height * width * channels));
  inverse(picture.components, std::vector<std::array<float, kBlock>>(channels, steps),
          picture.sampling, height, width, pixels.data(), threads);
#ifdef HAS_DECODE
  decode(file.data(), file.size(), {100, 1 << 20});
#endif
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  try {
#ifdef HAS_DECODE
    if (data[0] == 0xFF) {
      decode(data, size, {50, 1 << 14});
      return 0;
    }
#endif
    code(Bytes(data, size));
  } catch (const std::invalid_argument&) {
  }
  return 0;
}
