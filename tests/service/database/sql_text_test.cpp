#include "database/sql_text.h"

#include <gtest/gtest.h>

namespace onbehalf::service {
namespace {

TEST(LeavesNothingBehind, OnlyASingleStatementOnRows) {
  for (
      const char* sql :
      {"select 1", "  SELECT\n1 ; ", "insert into t values (1)", "Update t set a=1", "delete from t",
       "with x as (select 1) select * from x", "values(1)", "merge into t using s",
       "select*from t1 where a2 = 12.5", "insert or replace into t values (?)",
       "insert into t values (1) on conflict (a) do update set a = 2",
       "merge into t using s on t.a = s.a when matched then update set a = 1 when not matched then insert values (1);",
       "select case when a > 1 then 2 end from t offset 5 rows fetch next 5 rows only",
       "select a from t for update", "select beginning, setting, used from t"}) {
    EXPECT_TRUE(LeavesNothingBehind(sql)) << sql;
  }
  for (const char* sql :
       {"", " ", ";", "begin", "select 1; begin", "set role x", "pragma x", "create table t(a)",
        "/* */ select 1", "exec p", "call p()", "selection", "use x", "attach 'x' as y"}) {
    EXPECT_FALSE(LeavesNothingBehind(sql)) << sql;
  }
}

// T-SQL needs no separator between statements.
TEST(LeavesNothingBehind, NotATextThatCouldBeTwoStatements) {
  for (const char* sql : {"select 1 begin tran",
                          "select 1\nBEGIN\tTRAN",
                          "select 1/**/begin/**/tran",
                          "select 1begin tran",
                          "select 0xset nocount on",
                          "select 1eset nocount on",
                          "select 1.begin tran",
                          "select $1begin tran",
                          "select 1\xC2\xA0"
                          "begin tran",
                          "select[a]from[t]set rowcount 1",
                          "select 1 as x into #t",
                          "select * into t2 from t",
                          "insert t values (1) select 1 x into #t",
                          "select 1 use master",
                          "select 1 exec p",
                          "select 1 execute as user = 'x'",
                          "select 1 revert",
                          "select 1 commit",
                          "select 1 rollback",
                          "select 1 save tran a",
                          "select 1 declare c cursor global for select 1",
                          "select 1 create table #t (a int)",
                          "select 1 open symmetric key k decryption by password = 'x'",
                          "update t set a = 1 set rowcount 1",
                          "update statistics t set rowcount 1",
                          "with x as (select 1 a) select a from x set rowcount 1",
                          "select 1 dbcc traceon (1)",
                          "select 1 setuser 'x'",
                          "select1",
                          "select@p",
                          "select#p",
                          "select\xC3\xA9"}) {
    EXPECT_FALSE(LeavesNothingBehind(sql)) << sql;
  }
}

TEST(LeavesNothingBehind, NotAFunctionKnownToChangeTheSession) {
  for (const char* sql : {"select pg_advisory_lock(1)", "select pg_try_advisory_lock_shared(1)",
                          "select get_lock('a', 1)", "select SET_CONFIG('a', 'b', false)",
                          "select setseed(0.5)", "select dblink_connect('x')", "select @a := 1"}) {
    EXPECT_FALSE(LeavesNothingBehind(sql)) << sql;
  }
}

TEST(SqliteText, RunsNoNativeCode) {
  for (const char* sql : {"select load_extension('C:\\x.dll')", "SELECT Load_Extension ('x', 'y')",
                          "select \"load_extension\"('x')", "select /* */ [LOAD_EXTENSION]/**/('x')",
                          "select {fn load_ex}tension('x')", "select {fn load_extension('x')}",
                          "select load_\xF0\x9F\x98\x80"
                          "extension('x')",
                          "insert into t values ('load_extension')", "-- load_extension\nselect 1",
                          "pragma writable_schema = on", "select fts3_tokenizer('a', x'00')"}) {
    EXPECT_NE(FaultOfSqliteText(sql, false), "") << sql;
    EXPECT_NE(FaultOfSqliteText(sql, true), "") << sql;
  }
  EXPECT_EQ(FaultOfSqliteText("select loads, extension from t", false), "");
}

TEST(SqliteText, OpensNoFileAsTheService) {
  for (const char* sql :
       {"attach 'C:\\x.db' as x", "ATTACH DATABASE ? as x", "/* ' */ attach 'x' as y",
        "-- '\nattach 'x' as y", "select 1; Attach 'x' as y", "attach/**/'x' as y", "{fn atta}ch 'x' as y",
        "att\xC3\xA9"
        "ach 'x' as y",
        "vacuum into 'x'", "VACUUM main/**/INTO 'x'", "select blob_import('C:\\x')",
        "select Blob_Export(a, 'C:\\x') from t", "select {fn blob_im}port('x')",
        "select '''' ; attach 'x' as y"}) {
    EXPECT_NE(FaultOfSqliteText(sql, false), "") << sql;
    EXPECT_EQ(FaultOfSqliteText(sql, true), "") << sql;
  }
  for (const char* sql : {"vacuum", "insert into t values ('please attach')",
                          "select \"attach\", [attach], `attach` from t -- attach", "select /* attach */ 1",
                          "select attached from t", "insert into vacuums values (1)"}) {
    EXPECT_EQ(FaultOfSqliteText(sql, false), "") << sql;
  }
}

}  // namespace
}  // namespace onbehalf::service
