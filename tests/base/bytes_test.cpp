#include "overlord/base/bytes.hpp"

#include <catch2/catch.hpp>

using namespace overlord;

TEST_CASE("hex: round trip, either case, and what is refused", "[base]") {
    const Bytes bytes{0x00, 0x7f, 0x80, 0xff};
    CHECK(to_hex(bytes) == "007f80ff");
    CHECK(*from_hex("007F80fF") == bytes);
    CHECK(from_hex("")->empty());
    CHECK(from_hex("0").error().code == "encoding.hex");
    CHECK(from_hex("0g").error().code == "encoding.hex");
    CHECK(from_hex("0x").error().code == "encoding.hex");
    CHECK_FALSE(hash_from_hex("00"));
    CHECK(hash_from_hex(std::string(64, 'a')));
    CHECK_FALSE(hash_from_hex(std::string(66, 'a')));
}

TEST_CASE("base64: the vectors of RFC 4648 section 10", "[base]") {
    const std::pair<const char*, const char*> vectors[] = {
        {"", ""},         {"f", "Zg=="},         {"fo", "Zm8="},        {"foo", "Zm9v"},
        {"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"}};
    for (const auto& [plain, encoded] : vectors) {
        CHECK(to_base64(as_bytes(plain)) == encoded);
        CHECK(as_text(*from_base64(encoded)) == plain);
    }
    CHECK(to_base64(Bytes{0xfb, 0xff, 0xfe}) == "+//+");
}

TEST_CASE("base64: one text for one value, everything else is refused", "[base]") {
    for (const char* bad : {"Zg", "Zg=", "Zh==", "Zm9=", "Zm8=\n", "Zg==\n===", "=", "====",
                            "A===", "Zg==Zg==", "Zm9v Zm9", "-_-_", "Zm=v", "Z=g="}) {
        CAPTURE(bad);
        const Result<Bytes> read = from_base64(bad);
        REQUIRE_FALSE(read);
        CHECK(read.error().code == "encoding.base64");
    }
    CHECK(hash_from_base64("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="));
    CHECK_FALSE(hash_from_base64("Zm9v"));
}

TEST_CASE("bytes: fixed-width fields in both byte orders", "[base]") {
    Bytes out;
    put_u16_be(out, 0x0102);
    put_u64_be(out, 0x0102030405060708);
    put_u32_le(out, 0x01020304);
    put_u64_le(out, 0x0102030405060708);
    CHECK(to_hex(out) == "0102" "0102030405060708" "04030201" "0807060504030201");
    CHECK(get_u32_le(out.data() + 10) == 0x01020304);
    CHECK(get_u64_le(out.data() + 14) == 0x0102030405060708);
}

TEST_CASE("reader: fields come off the front, a short message is an error", "[base]") {
    Bytes message;
    message.push_back(9);
    put_u32_le(message, 70000);
    put_u64_le(message, 1ull << 40);
    put_text(message, "abc");
    ByteReader reader(message);
    CHECK(*reader.u8() == 9);
    CHECK(*reader.u32() == 70000);
    CHECK(*reader.u64() == 1ull << 40);
    CHECK(*reader.text() == "abc");
    CHECK(reader.empty());
    CHECK(reader.u8().error().code == "encoding.short");

    Bytes lying;
    put_u32_le(lying, 0xffffffff);
    CHECK(ByteReader(lying).text().error().code == "encoding.short");
    CHECK(ByteReader(Bytes{1, 2, 3}).u32().error().code == "encoding.short");
}

TEST_CASE("crc32c: check value, RFC 3720 vectors, and both implementations agree", "[base]") {
    CHECK(crc32c(as_bytes("123456789")) == 0xe3069283);
    CHECK(crc32c(Bytes(32, 0x00)) == 0x8a9136aa);
    CHECK(crc32c(Bytes(32, 0xff)) == 0x62a8ab43);
    CHECK(crc32c({}) == 0);
    Bytes bytes;
    for (int i = 0; i < 300; ++i) {
        CHECK(crc32c(bytes) == crc32c_by_table(bytes));
        const ByteView view(bytes);
        const std::size_t half = bytes.size() / 3;
        CHECK(crc32c(view.subspan(half), crc32c(view.first(half))) == crc32c(bytes));
        bytes.push_back(static_cast<std::uint8_t>(i * 37));
    }
}
