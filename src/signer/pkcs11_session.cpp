#include "pkcs11_session.hpp"

#include <dlfcn.h>

#include <algorithm>
#include <cstdio>

#include "overlord/tlog/keyfile.hpp"

namespace overlord::signer {
namespace {

constexpr std::size_t kPinBytesMax = 256;
constexpr CK_ULONG kObjectsMax = 8;

// Fixed width, filled up with blanks.
std::string trimmed(const unsigned char* text, std::size_t size) {
    std::string label(reinterpret_cast<const char*>(text), size);
    while (label.ends_with(' ')) label.pop_back();
    return label;
}

Result<CK_FUNCTION_LIST*> load_module(const Path& file) {
    const auto bad = [&](const std::string& why) {
        return Error{"pkcs11.module", file.string() + ": " + why, ErrorClass::kFatal};
    };
    void* const library = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) return bad(::dlerror());
    const auto list =
        reinterpret_cast<CK_C_GetFunctionList>(::dlsym(library, "C_GetFunctionList"));
    if (list == nullptr) return bad("is no PKCS#11 module");
    CK_FUNCTION_LIST* calls = nullptr;
    if (list(&calls) != CKR_OK || calls == nullptr) return bad("hands out no functions");
    CK_C_INITIALIZE_ARGS arguments{};
    arguments.flags = CKF_OS_LOCKING_OK;
    const CK_RV code = calls->C_Initialize(&arguments);
    // Another key of the same module may have done it.
    if (code == CKR_OK || code == CKR_CRYPTOKI_ALREADY_INITIALIZED) return calls;
    return pkcs11_failed("C_Initialize", code);
}

}  // namespace

Error pkcs11_failed(const char* call, CK_RV code) {
    char number[24];
    std::snprintf(number, sizeof number, "0x%lx", static_cast<unsigned long>(code));
    return Error{"pkcs11.failed", std::string(call) + " gave the error " + number,
                 ErrorClass::kFatal};
}

Result<std::unique_ptr<Pkcs11Session>> Pkcs11Session::open(const Token& token, Access access) {
    const Result<CK_FUNCTION_LIST*> calls = load_module(token.module);
    if (!calls) return calls.error();
    std::unique_ptr<Pkcs11Session> session(new Pkcs11Session(*calls));
    const Result<CK_SLOT_ID> slot = session->find_slot(token.name);
    if (!slot) return slot.error();
    const CK_FLAGS flags = CKF_SERIAL_SESSION | (access == Access::kWrite ? CKF_RW_SESSION : 0u);
    const CK_RV code =
        (*calls)->C_OpenSession(*slot, flags, nullptr, nullptr, &session->handle_);
    if (code != CKR_OK) return pkcs11_failed("C_OpenSession", code);
    session->open_ = true;
    if (Status in = session->log_in(token.pin); !in) return in.error();
    return session;
}

Pkcs11Session::~Pkcs11Session() {
    if (open_) calls().C_CloseSession(handle_);
}

Result<CK_SLOT_ID> Pkcs11Session::find_slot(const std::string& label) {
    CK_ULONG count = 0;
    CK_RV code = calls().C_GetSlotList(CK_TRUE, nullptr, &count);
    std::vector<CK_SLOT_ID> slots(count);
    if (code == CKR_OK) code = calls().C_GetSlotList(CK_TRUE, slots.data(), &count);
    if (code != CKR_OK) return pkcs11_failed("C_GetSlotList", code);
    slots.resize(std::min<std::size_t>(slots.size(), count));
    std::string others;
    for (const CK_SLOT_ID slot : slots) {
        CK_TOKEN_INFO info{};
        if (calls().C_GetTokenInfo(slot, &info) != CKR_OK) continue;
        const std::string found = trimmed(info.label, sizeof info.label);
        if (found == label) return slot;
        if (!found.empty()) others += (others.empty() ? "" : ", ") + found;
    }
    return Error{"pkcs11.token",
                 "there is no token " + label +
                     "; there are: " + (others.empty() ? "none" : others),
                 ErrorClass::kFatal};
}

Status Pkcs11Session::log_in(const Path& pin_file) {
    const Result<crypto::Secret> content = tlog::read_secret(pin_file, kPinBytesMax);
    if (!content) return with_context(content.error(), "the token's PIN");
    ByteView pin = content->view();
    if (!pin.empty() && pin.back() == '\n') pin = pin.first(pin.size() - 1);
    const CK_RV code = calls().C_Login(
        handle_, CKU_USER, const_cast<unsigned char*>(pin.data()), pin.size());
    if (code == CKR_OK || code == CKR_USER_ALREADY_LOGGED_IN) return {};
    if (code == CKR_PIN_INCORRECT || code == CKR_PIN_LEN_RANGE || code == CKR_PIN_LOCKED) {
        return Error{"pkcs11.pin",
                     std::string("the token refuses the PIN") +
                         (code == CKR_PIN_LOCKED ? ", and it is locked" : ""),
                     ErrorClass::kFatal};
    }
    return pkcs11_failed("C_Login", code);
}

Result<std::vector<CK_OBJECT_HANDLE>> Pkcs11Session::find(CK_OBJECT_CLASS kind,
                                                          const std::string& label) {
    CK_ATTRIBUTE wanted[] = {{CKA_CLASS, &kind, sizeof kind},
                             {CKA_LABEL, const_cast<char*>(label.data()), label.size()}};
    CK_RV code = calls().C_FindObjectsInit(handle_, wanted, 2);
    if (code != CKR_OK) return pkcs11_failed("C_FindObjectsInit", code);
    std::vector<CK_OBJECT_HANDLE> found(kObjectsMax);
    CK_ULONG count = 0;
    code = calls().C_FindObjects(handle_, found.data(), kObjectsMax, &count);
    const CK_RV ended = calls().C_FindObjectsFinal(handle_);
    if (code != CKR_OK) return pkcs11_failed("C_FindObjects", code);
    if (ended != CKR_OK) return pkcs11_failed("C_FindObjectsFinal", ended);
    found.resize(count);
    return found;
}

Result<CK_ULONG> Pkcs11Session::number(CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type) {
    CK_ULONG value = 0;
    CK_ATTRIBUTE wanted{type, &value, sizeof value};
    const CK_RV code = calls().C_GetAttributeValue(handle_, object, &wanted, 1);
    if (code != CKR_OK) return pkcs11_failed("C_GetAttributeValue", code);
    return value;
}

Result<Bytes> Pkcs11Session::bytes(CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type) {
    CK_ATTRIBUTE wanted{type, nullptr, 0};
    CK_RV code = calls().C_GetAttributeValue(handle_, object, &wanted, 1);
    if (code != CKR_OK) return pkcs11_failed("C_GetAttributeValue", code);
    Bytes value(wanted.ulValueLen);
    wanted.pValue = value.data();
    code = calls().C_GetAttributeValue(handle_, object, &wanted, 1);
    if (code != CKR_OK) return pkcs11_failed("C_GetAttributeValue", code);
    return value;
}

}  // namespace overlord::signer
