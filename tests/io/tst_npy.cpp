// Tests core/io/npy.h: headers written by hand, as NumPy's format says they may be.
#include "core/io/npy.h"
#include "tests/io/files.h"
#include "tests/support/matrix_compare.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <cstring>

namespace tst_npy {

using namespace keyhole;
using namespace keyhole::test;

namespace {

std::string npy(int version, const std::string& dictionary, const std::string& data) {
  std::string header = dictionary + "\n", bytes = "\x93NUMPY";
  bytes += static_cast<char>(version);
  bytes += '\0';
  for (int i = 0; i < (version == 1 ? 2 : 4); ++i)
    bytes += static_cast<char>((header.size() >> (8 * i)) & 255);
  return bytes + header + data;
}

std::string dictionary(const std::string& type, bool fortran, const std::string& shape) {
  return "{'descr': '" + type + "', 'fortran_order': " + (fortran ? "True" : "False") +
         ", 'shape': " + shape + ", }";
}

template <class T>
std::string packed(std::initializer_list<T> values, bool bigEndian = false) {
  std::string bytes;
  for (const T value : values) {
    char raw[sizeof(T)];
    std::memcpy(raw, &value, sizeof(T));
    if (bigEndian) std::reverse(raw, raw + sizeof(T));
    bytes.append(raw, sizeof(T));
  }
  return bytes;
}

const Matrix kExpected = (Matrix(2, 3) << 1, 2, 3, 4, 5, 6).finished();

}  // namespace

class TestNpy : public QObject {
  Q_OBJECT

 private slots:
  // Fails if a number changes on its way to the disk and back, in whatever last bit.
  void roundTripIsExact() {
    Matrix values(3, 2);
    values << 0.1, -0.0, 1e-310, 1.7976931348623157e308, -1.0 / 3, 12345678.9;
    const std::string path = m_files.path("a.npy");
    writeNpy(path, values);
    const Matrix read = readNpy(path);
    QCOMPARE(read.rows(), Index{3});
    QVERIFY(std::memcmp(read.data(), values.data(), 6 * sizeof(double)) == 0);
    // The data begin at a multiple of 64 bytes, as NumPy wants it for mapping.
    QCOMPARE((npyBytes(values).size() - 48) % 64, std::size_t{0});
  }

  // The bytes that NumPy's own save() writes for this array. Fails if NumPy could no longer read ours.
  void bytesAreNumPys() {
    const std::string start = "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }";
    const std::string expected = std::string("\x93NUMPY\x01\x00\x76\x00", 10) + start +
                                 std::string(128 - 10 - start.size() - 1, ' ') + "\n" +
                                 packed<double>({1, 2, 3, 4, 5, 6});
    QCOMPARE(QByteArray::fromStdString(npyBytes(kExpected)), QByteArray::fromStdString(expected));
  }

  void typesAndOrders_data() {
    QTest::addColumn<QByteArray>("bytes");
    const auto row = [](const char* name, const std::string& bytes) {
      QTest::newRow(name) << QByteArray::fromStdString(bytes);
    };
    const std::string C = "(2, 3)";
    row("f8, version 1", npy(1, dictionary("<f8", false, C), packed<double>({1, 2, 3, 4, 5, 6})));
    row("f8, version 2", npy(2, dictionary("<f8", false, C), packed<double>({1, 2, 3, 4, 5, 6})));
    row("f8, version 3", npy(3, dictionary("<f8", false, C), packed<double>({1, 2, 3, 4, 5, 6})));
    row("f8, Fortran", npy(1, dictionary("<f8", true, C), packed<double>({1, 4, 2, 5, 3, 6})));
    row("f4", npy(1, dictionary("<f4", false, C), packed<float>({1, 2, 3, 4, 5, 6})));
    row("f4, Fortran", npy(1, dictionary("<f4", true, C), packed<float>({1, 4, 2, 5, 3, 6})));
    row("f8, big end first", npy(1, dictionary(">f8", false, C), packed<double>({1, 2, 3, 4, 5, 6}, true)));
    row("i8", npy(1, dictionary("<i8", false, C), packed<std::int64_t>({1, 2, 3, 4, 5, 6})));
    row("i4, big end first",
        npy(1, dictionary(">i4", false, C), packed<std::int32_t>({1, 2, 3, 4, 5, 6}, true)));
    row("i2, Fortran, big end first",
        npy(1, dictionary(">i2", true, C), packed<std::int16_t>({1, 4, 2, 5, 3, 6}, true)));
    row("f4, big end first", npy(1, dictionary(">f4", false, C), packed<float>({1, 2, 3, 4, 5, 6}, true)));
    row("u1", npy(1, dictionary("|u1", false, C), packed<std::uint8_t>({1, 2, 3, 4, 5, 6})));
    row("u4", npy(1, dictionary("<u4", false, C), packed<std::uint32_t>({1, 2, 3, 4, 5, 6})));
    row("u8", npy(1, dictionary("<u8", false, C), packed<std::uint64_t>({1, 2, 3, 4, 5, 6})));
    row("u2", npy(1, dictionary("<u2", false, C), packed<std::uint16_t>({1, 2, 3, 4, 5, 6})));
    row("i1", npy(1, dictionary("|i1", false, C), packed<std::int8_t>({1, 2, 3, 4, 5, 6})));
    row("keys in another order", npy(1, "{\"shape\": (2,3), \"fortran_order\":False, \"descr\":\"<f8\"}",
                                     packed<double>({1, 2, 3, 4, 5, 6})));
  }
  // Fails if a type, a byte order or a storage order is misread.
  void typesAndOrders() {
    QFETCH(QByteArray, bytes);
    COMPARE_MATRICES(readNpy(m_files.with("b.npy", bytes.toStdString())), kExpected, 0.0);
  }

  void signsHalvesAndVectors() {
    const auto read = [this](const std::string& bytes) { return readNpy(m_files.with("c.npy", bytes)); };
    QCOMPARE(read(npy(1, dictionary("|i1", false, "(1, 1)"), packed<std::int8_t>({-5})))(0, 0), -5.0);
    QCOMPARE(read(npy(1, dictionary("|u1", false, "(1, 1)"), packed<std::uint8_t>({251})))(0, 0), 251.0);
    QCOMPARE(read(npy(1, dictionary("|b1", false, "(2, 1)"), packed<std::uint8_t>({1, 0})))(0, 0), 1.0);
    // 1.5 and -2 in half precision.
    const Matrix halves =
        read(npy(1, dictionary("<f2", false, "(2,)"), packed<std::uint16_t>({0x3E00, 0xC000})));
    COMPARE_MATRICES(halves, (Matrix(2, 1) << 1.5, -2).finished(), 0.0);
    QVERIFY(
        std::isnan(read(npy(1, dictionary("<f8", false, "(1, 1)"), packed<double>({std::nan("")})))(0, 0)));
  }

  void refused_data() {
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("says");
    const auto row = [](const char* name, const std::string& bytes, const char* says) {
      QTest::newRow(name) << QByteArray::fromStdString(bytes) << QString(says);
    };
    const std::string good = npy(1, dictionary("<f8", false, "(2, 3)"), packed<double>({1, 2, 3, 4, 5, 6}));
    row("empty", "", "is not a .npy file");
    row("text", "hello, world", "is not a .npy file");
    row("version", npy(7, dictionary("<f8", false, "(2, 3)"), ""), "version 7");
    row("header cut", good.substr(0, 40), "truncated inside its header");
    row("data cut", good.substr(0, good.size() - 9), "is truncated");
    row("bytes left over", good + "xyz", "allows exactly 48");
    row("objects", npy(1, dictionary("|O", false, "(2, 3)"), ""), "objects");
    row("complex", npy(1, dictionary("<c16", false, "(1, 1)"), std::string(16, 'x')),
        "is complex, and the imaginary part of entry 1");
    row("newline in the type", npy(1, dictionary("<f\n8", false, "(1, 1)"), packed<double>({1})), "<f?8");
    row("endless type", npy(1, dictionary(std::string(5000, 'f'), false, "(1, 1)"), packed<double>({1})),
        "ffff…");
    row("text array", npy(1, dictionary("<U3", false, "(1, 1)"), std::string(12, 'x')), "<U3");
    row("three dimensions", npy(1, dictionary("<f8", false, "(1, 1, 1)"), packed<double>({1})),
        "3 dimensions");
    row("no dimension", npy(1, dictionary("<f8", false, "()"), packed<double>({1})), "0 dimensions");
    row("overflowing shape",
        npy(1, dictionary("<f8", false, "(4611686018427387904, 8)"), packed<double>({1})), "truncated");
    row("shape whose product is zero in 64 bits",
        npy(1, dictionary("<f8", false, "(4294967296, 4294967296)"), ""), "truncated");
    row("negative shape", npy(1, dictionary("<f8", false, "(-1, 8)"), packed<double>({1})), "whole number");
    row("no shape", npy(1, "{'descr': '<f8', 'fortran_order': False}", ""), "'shape'");
    row("structure",
        npy(1, "{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (1,)}", packed<double>({1})),
        "structured");
  }
  // Fails if any of these is read as numbers, or refused without saying what is wrong with which file.
  void refused() {
    QFETCH(QByteArray, bytes);
    QFETCH(QString, says);
    const std::string path = m_files.with("bad.npy", bytes.toStdString());
    const QString sentence = refusal([&] { readNpy(path); });
    QVERIFY2(isSentence(sentence, "bad.npy") && sentence.contains(says), qPrintable(sentence));
  }

 private:
  Files m_files;
};

KEYHOLE_TEST(TestNpy)

}  // namespace tst_npy

#include "tst_npy.moc"
