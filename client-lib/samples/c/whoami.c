/* Asks the service who this program is to it, from C. */
#include <onbehalf/onbehalf.h>
#include <stdio.h>

int main(void) {
  onbehalf_client* client = NULL;
  char* me = NULL;
  const onbehalf_status status = onbehalf_connect(NULL, &client) == ONBEHALF_OK
                                     ? onbehalf_call(client, "identity.whoami", NULL, 0, NULL, &me, NULL)
                                     : onbehalf_last_error()->status;
  if (status == ONBEHALF_OK) {
    printf("%s\n", me); /* JSON */
  } else {
    fprintf(stderr, "%s\n", onbehalf_last_error()->message);
  }
  onbehalf_free_string(me);
  onbehalf_free_client(client);
  return status == ONBEHALF_OK ? 0 : 1;
}
