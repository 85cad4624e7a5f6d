// Swift cannot call functions with variable arguments: each kind of option has a function of its own here.
#include <curl/curl.h>

static inline CURLcode hrm_curl_set_number(CURL *handle, CURLoption option, long value) {
  return curl_easy_setopt(handle, option, value);
}

static inline CURLcode hrm_curl_set_text(CURL *handle, CURLoption option, const char *value) {
  return curl_easy_setopt(handle, option, value);
}

static inline CURLcode hrm_curl_set_pointer(CURL *handle, CURLoption option, void *value) {
  return curl_easy_setopt(handle, option, value);
}

typedef size_t (*hrm_curl_receiver)(char *bytes, size_t size, size_t count, void *context);

static inline CURLcode hrm_curl_set_receivers(
    CURL *handle, hrm_curl_receiver body, hrm_curl_receiver header, void *context) {
  CURLcode code = curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, body);
  if (code == CURLE_OK) code = curl_easy_setopt(handle, CURLOPT_WRITEDATA, context);
  if (code == CURLE_OK) code = curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, header);
  if (code == CURLE_OK) code = curl_easy_setopt(handle, CURLOPT_HEADERDATA, context);
  return code;
}

static inline CURLcode hrm_curl_set_source(CURL *handle, hrm_curl_receiver source, void *context) {
  CURLcode code = curl_easy_setopt(handle, CURLOPT_READFUNCTION, source);
  if (code == CURLE_OK) code = curl_easy_setopt(handle, CURLOPT_READDATA, context);
  return code;
}

static inline CURLcode hrm_curl_status(CURL *handle, long *status) {
  return curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, status);
}

// Seconds since 1970 at which the other side's certificate ends; -1: there is none, or it does not say.
static inline long long hrm_curl_certificate_end(CURL *handle) {
  struct curl_certinfo *chain = NULL;
  if (curl_easy_getinfo(handle, CURLINFO_CERTINFO, &chain) != CURLE_OK || !chain || chain->num_of_certs < 1) return -1;
  for (struct curl_slist *line = chain->certinfo[0]; line; line = line->next) {
    if (curl_strnequal(line->data, "Expire date:", 12)) return curl_getdate(line->data + 12, NULL);
  }
  return -1;
}

static inline CURLcode hrm_curl_global_init(void) { return curl_global_init(CURL_GLOBAL_DEFAULT); }
