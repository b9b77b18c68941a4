#include "overlord/crypto/timestamp.hpp"

#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/ts.h>
#include <openssl/x509.h>

#include <algorithm>
#include <ctime>
#include <memory>

#include "overlord/crypto/keys.hpp"

namespace overlord::crypto {
namespace {

template <auto Free>
struct Freed {
    template <class T>
    void operator()(T* value) const {
        Free(value);
    }
};
template <class T, auto Free>
using Owned = std::unique_ptr<T, Freed<Free>>;

using Request = Owned<TS_REQ, TS_REQ_free>;
using Response = Owned<TS_RESP, TS_RESP_free>;
using Imprint = Owned<TS_MSG_IMPRINT, TS_MSG_IMPRINT_free>;
using Algorithm = Owned<X509_ALGOR, X509_ALGOR_free>;
using Integer = Owned<ASN1_INTEGER, ASN1_INTEGER_free>;
using BigNumber = Owned<BIGNUM, BN_free>;
using Verification = Owned<TS_VERIFY_CTX, TS_VERIFY_CTX_free>;
using Store = Owned<X509_STORE, X509_STORE_free>;

// OpenSSL's reason, and its queue empty again.
std::string openssl_reason() {
    const unsigned long code = ERR_peek_last_error();
    const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
    ERR_clear_error();
    return reason == nullptr ? "no reason given" : reason;
}

Error failed(const char* code, const std::string& what) {
    return Error{code, what + ": " + openssl_reason(), ErrorClass::kRetry};
}

Error malformed(const char* what) {
    ERR_clear_error();
    return Error{"timestamp.malformed", what, ErrorClass::kRetry};
}

Response parse_response(ByteView bytes) {
    if (bytes.size() > kTimestampBytesMax) return nullptr;
    const unsigned char* at = bytes.data();
    Response response(d2i_TS_RESP(nullptr, &at, static_cast<long>(bytes.size())));
    return at == bytes.data() + bytes.size() ? std::move(response) : nullptr;
}

Result<Timestamp> read_token(TS_RESP* response) {
    TS_TST_INFO* info = TS_RESP_get_tst_info(response);
    if (info == nullptr) return malformed("the answer has no token");
    std::tm parts{};
    const ASN1_GENERALIZEDTIME* time = TS_TST_INFO_get_time(info);
    if (time == nullptr || ASN1_TIME_to_tm(time, &parts) != 1) return malformed("no time in it");
    const BigNumber serial(ASN1_INTEGER_to_BN(TS_TST_INFO_get_serial(info), nullptr));
    if (!serial) return malformed("no serial number in it");
    char* hex = BN_bn2hex(serial.get());
    if (hex == nullptr) return malformed("no serial number in it");
    Timestamp stamp{static_cast<TimeNs>(::timegm(&parts)) * kSecondNs, hex};
    OPENSSL_free(hex);
    return stamp;
}

}  // namespace

Result<Bytes> timestamp_request(const Hash& digest) {
    const auto broken = [] { return failed("timestamp.request", "make a time stamp request"); };
    const Request request(TS_REQ_new());
    const Imprint imprint(TS_MSG_IMPRINT_new());
    const Algorithm algorithm(X509_ALGOR_new());
    if (!request || !imprint || !algorithm) return broken();
    X509_ALGOR_set0(algorithm.get(), OBJ_nid2obj(NID_sha256), V_ASN1_NULL, nullptr);
    Hash copy = digest;
    std::array<std::uint8_t, 8> random{};
    random_bytes(random);
    random[0] |= 0x40;  // never zero, and of one length
    random[0] &= 0x7f;
    const BigNumber number(BN_bin2bn(random.data(), static_cast<int>(random.size()), nullptr));
    const Integer nonce(number ? BN_to_ASN1_INTEGER(number.get(), nullptr) : nullptr);
    const bool made =
        nonce && TS_MSG_IMPRINT_set_algo(imprint.get(), algorithm.get()) == 1 &&
        TS_MSG_IMPRINT_set_msg(imprint.get(), copy.data(), static_cast<int>(copy.size())) == 1 &&
        TS_REQ_set_version(request.get(), 1) == 1 &&
        TS_REQ_set_msg_imprint(request.get(), imprint.get()) == 1 &&
        TS_REQ_set_nonce(request.get(), nonce.get()) == 1 &&
        TS_REQ_set_cert_req(request.get(), 1) == 1;
    if (!made) return broken();
    unsigned char* der = nullptr;
    const int size = i2d_TS_REQ(request.get(), &der);
    if (size <= 0) return broken();
    Bytes bytes(der, der + size);
    OPENSSL_free(der);
    return bytes;
}

Result<Timestamp> check_timestamp(ByteView request_bytes, ByteView response_bytes) {
    const unsigned char* at = request_bytes.data();
    const Request request(d2i_TS_REQ(nullptr, &at, static_cast<long>(request_bytes.size())));
    if (!request) return malformed("not a time stamp request");
    const Response response = parse_response(response_bytes);
    if (!response) return malformed("the answer is not a time stamp");
    // Everything but the signature: status, version, digest and nonce.
    const Verification check(TS_REQ_to_TS_VERIFY_CTX(request.get(), nullptr));
    if (!check) return failed("timestamp.refused", "time stamp");
    if (TS_RESP_verify_response(check.get(), response.get()) != 1) {
        return failed("timestamp.refused", "the answer does not grant what was asked for");
    }
    return read_token(response.get());
}

Result<Timestamp> read_timestamp(ByteView response_bytes, const Hash& digest) {
    const Response response = parse_response(response_bytes);
    if (!response) return malformed("not a time stamp response");
    Result<Timestamp> stamp = read_token(response.get());
    if (!stamp) return stamp;
    TS_MSG_IMPRINT* imprint = TS_TST_INFO_get_msg_imprint(TS_RESP_get_tst_info(response.get()));
    const ASN1_OCTET_STRING* message = TS_MSG_IMPRINT_get_msg(imprint);
    const ByteView stamped{ASN1_STRING_get0_data(message),
                           static_cast<std::size_t>(ASN1_STRING_length(message))};
    if (!std::ranges::equal(stamped, digest)) {
        return Error{"timestamp.mismatch", "a time stamp of another document", ErrorClass::kRetry};
    }
    return stamp;
}

Result<Timestamp> verify_timestamp(ByteView response_bytes, const Hash& digest,
                                   const Path& ca_file) {
    const Response response = parse_response(response_bytes);
    if (!response) return malformed("not a time stamp response");
    Result<Timestamp> stamp = read_token(response.get());
    if (!stamp) return stamp;
    Store store(X509_STORE_new());
    const bool loaded =
        store && X509_STORE_load_locations(store.get(), ca_file.c_str(), nullptr) == 1;
    if (!loaded) return failed("timestamp.ca", "read " + ca_file.string());
    // A certificate that has run out since was good when it counted.
    X509_VERIFY_PARAM_set_time(X509_STORE_get0_param(store.get()),
                               static_cast<std::time_t>(stamp->time / kSecondNs));
    const Verification check(TS_VERIFY_CTX_new());
    auto* imprint = static_cast<unsigned char*>(OPENSSL_memdup(digest.data(), digest.size()));
    if (!check || imprint == nullptr) return failed("timestamp.mismatch", "time stamp");
    TS_VERIFY_CTX_set_flags(check.get(), TS_VFY_VERSION | TS_VFY_IMPRINT | TS_VFY_SIGNATURE);
    TS_VERIFY_CTX_set_imprint(check.get(), imprint, static_cast<long>(digest.size()));  // takes it
    TS_VERIFY_CTX_set_store(check.get(), store.release());                              // likewise
    if (TS_RESP_verify_response(check.get(), response.get()) != 1) {
        return failed("timestamp.mismatch", "the time stamp does not verify");
    }
    return stamp;
}

}  // namespace overlord::crypto
