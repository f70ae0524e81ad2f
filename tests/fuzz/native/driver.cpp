// Runs a libFuzzer target where there is no clang: files are changed by chance, and those that reach
// new places of the code are kept. GCC calls __sanitizer_cov_trace_pc at every branch of the target.
// usage: driver SECONDS FOUND_FOLDER [CORPUS_FILE...]
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

constexpr std::size_t kPlaces = 1 << 16, kLargest = 1 << 14;
unsigned char reached[kPlaces], known[kPlaces];
std::string found_folder;

using File = std::vector<std::uint8_t>;

void keep(const File& file, const std::string& name) {
  std::ofstream out(found_folder + "/" + name, std::ios::binary);
  out.write(reinterpret_cast<const char*>(file.data()), static_cast<std::streamsize>(file.size()));
}

bool is_new() {
  bool found = false;
  for (std::size_t i = 0; i < kPlaces; ++i)
    if (reached[i] && !known[i]) found = known[i] = 1;
  return found;
}

File changed(const File& before, const std::vector<File>& corpus, std::mt19937& chance) {
  File file = before;
  const auto below = [&](std::size_t n) { return n == 0 ? 0 : chance() % n; };
  for (std::size_t n = 1 + below(4); n > 0; --n) {
    const std::size_t at = below(file.size() + 1);
    const auto place = file.begin() + static_cast<std::ptrdiff_t>(at);
    switch (below(5)) {
      case 0:
        if (at < file.size()) file[at] ^= static_cast<std::uint8_t>(1u << below(8));
        break;
      case 1:
        if (at < file.size()) file[at] = static_cast<std::uint8_t>(below(256));
        break;
      case 2:
        file.erase(place, place + static_cast<std::ptrdiff_t>(below(file.size() - at + 1) % 64));
        break;
      case 3: {
        const File piece(place, place + static_cast<std::ptrdiff_t>(below(file.size() - at + 1) % 64));
        file.insert(place, piece.begin(), piece.end());
        break;
      }
      default: {
        const File& other = corpus[below(corpus.size())];
        const auto from = other.begin() + static_cast<std::ptrdiff_t>(below(other.size() + 1));
        file.insert(place, from, from + (other.end() - from) % 64);
      }
    }
  }
  file.resize(std::min(file.size(), kLargest));
  return file;
}

}  // namespace

extern "C" void __sanitizer_cov_trace_pc() {
  const auto place = reinterpret_cast<std::uintptr_t>(__builtin_return_address(0));
  reached[(place ^ (place >> 16)) % kPlaces] = 1;
}

int main(int count, char** arguments) {
  if (count < 3) return 2;
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + std::chrono::seconds(std::atoi(arguments[1]));
  found_folder = arguments[2];
  std::vector<File> corpus{File{40, 40, 0x17, 200, 3, 90}, File(300, 77)};
  for (int i = 3; i < count; ++i) {
    std::ifstream in(arguments[i], std::ios::binary);
    corpus.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }
  const std::size_t begun_with = corpus.size();
  std::mt19937 chance(std::random_device{}());
  std::size_t executions = 0, slow = 0;
  while (Clock::now() < end) {
    const File file = executions < corpus.size()
                          ? corpus[executions]
                          : changed(corpus[chance() % corpus.size()], corpus, chance);
    keep(file, "native-last");  // what a sanitizer ends the process on
    std::memset(reached, 0, sizeof reached);
    const auto started = Clock::now();
    LLVMFuzzerTestOneInput(file.data(), file.size());
    if (Clock::now() - started > std::chrono::seconds(10))
      keep(file, "native-slow-" + std::to_string(slow++));
    ++executions;
    if (is_new() && executions > begun_with) corpus.push_back(file);
  }
  std::size_t places = 0;
  for (const unsigned char each : known) places += each;
  std::remove((found_folder + "/native-last").c_str());
  std::cout << "native: " << executions << " executions, " << corpus.size() - begun_with << " new files, "
            << places << " places reached, " << slow << " slow\n";
  return slow > 0;
}
