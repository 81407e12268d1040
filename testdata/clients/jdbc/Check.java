import java.sql.*;
import java.time.*;
import java.util.*;

/** pgjdbc as tools use it: arguments are url, user and password. */
public class Check {
    interface Body { void run(Connection c) throws Exception; }

    static int failed;
    static String url, user, password;

    static void check(String name, String more, Body body) {
        try (Connection c = DriverManager.getConnection(url + more, user, password)) {
            body.run(c);
            System.out.printf("ok     %-12s %s%n", "pgjdbc", name);
        } catch (Throwable e) {
            failed++;
            System.out.printf("FAILED %-12s %s: %s%n", "pgjdbc", name, String.valueOf(e.getMessage()).replaceAll("\\s+", " "));
        }
    }

    static void equal(Object got, Object want) {
        if (!Objects.equals(got, want)) throw new AssertionError("got " + got + ", want " + want);
    }

    static List<String> column(ResultSet rs, String name) throws SQLException {
        List<String> out = new ArrayList<>();
        int n = rs.getMetaData().getColumnCount();
        while (rs.next()) {
            for (int i = 1; i <= n; i++) rs.getObject(i);
            out.add(rs.getString(name));
        }
        return out;
    }

    static void metadata(Connection c) throws SQLException {
        DatabaseMetaData m = c.getMetaData();
        equal(m.getDatabaseMajorVersion(), 17);
        if (!column(m.getTables(null, null, "%", new String[]{"TABLE", "VIEW"}), "TABLE_NAME").contains("calls")) throw new AssertionError("no calls");
        column(m.getTables(null, null, "%", null), "TABLE_NAME");
        if (!column(m.getColumns(null, null, "calls", "%"), "COLUMN_NAME").contains("id")) throw new AssertionError("no id");
        column(m.getColumns(null, null, "%", "%"), "COLUMN_NAME");
        equal(column(m.getPrimaryKeys(null, null, "calls"), "COLUMN_NAME"), List.of("id"));
        if (!column(m.getImportedKeys(null, null, "calls"), "PKTABLE_NAME").contains("gong_users")) throw new AssertionError("no imported keys");
        if (column(m.getExportedKeys(null, null, "calls"), "FKTABLE_NAME").isEmpty()) throw new AssertionError("no exported keys");
        equal(column(m.getCrossReference(null, null, "gong_users", null, null, "calls"), "FKCOLUMN_NAME"), List.of("primary_user_id"));
        column(m.getTypeInfo(), "TYPE_NAME");
    }

    static void moreMetadata(Connection c) throws SQLException {
        DatabaseMetaData m = c.getMetaData();
        column(m.getSchemas(), "TABLE_SCHEM");
        column(m.getSchemas(null, "c%"), "TABLE_SCHEM");
        column(m.getCatalogs(), "TABLE_CAT");
        column(m.getTableTypes(), "TABLE_TYPE");
        column(m.getIndexInfo(null, null, "calls", false, true), "INDEX_NAME");
        column(m.getProcedures(null, null, "a%"), "PROCEDURE_NAME");
        column(m.getProcedureColumns(null, null, "abs", "%"), "COLUMN_NAME");
        column(m.getFunctionColumns(null, null, "abs", "%"), "COLUMN_NAME");
        column(m.getUDTs(null, null, "%", null), "TYPE_NAME");
        column(m.getClientInfoProperties(), "NAME");
    }

    static void rights(Connection c) throws SQLException {
        DatabaseMetaData m = c.getMetaData();
        column(m.getTablePrivileges(null, null, "calls"), "PRIVILEGE");
        column(m.getColumnPrivileges(null, null, "calls", "%"), "PRIVILEGE");
        column(m.getBestRowIdentifier(null, null, "calls", DatabaseMetaData.bestRowSession, true), "COLUMN_NAME");
        column(m.getVersionColumns(null, null, "calls"), "COLUMN_NAME");
        column(m.getFunctions(null, null, "a%"), "FUNCTION_NAME");
        equal(m.getSQLKeywords().isEmpty(), false);
        equal(m.getMaxColumnNameLength(), 63);
        equal(m.getDefaultTransactionIsolation(), Connection.TRANSACTION_READ_COMMITTED);
    }

    static void types(Connection c) throws SQLException {
        String sql = "SELECT 1::int2, 2::int8, 1.50::numeric(5,2), true, 'x'::text, date '2026-01-02', timestamptz '2026-01-02 03:04+00', "
            + "time '10:11', 1.5::float8, 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid, '{1,2}'::int[], '\\x00ff'::bytea, '{a,b}'::text[], timestamp '2026-01-02 03:04', 3::int4, '{}'::jsonb, interval '1 day', 1.5::float4, 'x'::bpchar, 25::oid";
        try (PreparedStatement s = c.prepareStatement(sql)) {
            for (int i = 0; i < 8; i++) {
                try (ResultSet rs = s.executeQuery()) {
                    rs.next();
                    equal(rs.getInt(1), 1);
                    equal(rs.getBigDecimal(3).toPlainString(), "1.50");
                    equal(rs.getBoolean(4), true);
                    equal(rs.getObject(6, LocalDate.class), LocalDate.of(2026, 1, 2));
                    equal(rs.getObject(7, OffsetDateTime.class).toInstant(), Instant.parse("2026-01-02T03:04:00Z"));
                    equal(rs.getObject(8, LocalTime.class), LocalTime.of(10, 11));
                    equal(rs.getObject(10), UUID.fromString("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"));
                    equal(List.of((Object[]) rs.getArray(11).getArray()), List.of(1, 2));
                    equal(rs.getBytes(12).length, 2);
                    equal(List.of((Object[]) rs.getArray(13).getArray()), List.of("a", "b"));
                    for (int j = 1; j <= rs.getMetaData().getColumnCount(); j++) rs.getObject(j);
                }
            }
        }
    }

    static void arguments(Connection c) throws SQLException {
        String sql = "SELECT count(*) FROM calls WHERE started > ? AND duration_s > ? AND is_private = ? AND title <> ? AND direction <> ALL(?) AND minutes > ?";
        try (PreparedStatement s = c.prepareStatement(sql)) {
            equal(s.getParameterMetaData().getParameterCount(), 6);
            for (int i = 0; i < 8; i++) {
                s.setTimestamp(1, new Timestamp(0));
                s.setLong(2, i);
                s.setBoolean(3, false);
                s.setString(4, "x");
                s.setArray(5, c.createArrayOf("text", new String[]{"a", "b"}));
                s.setBigDecimal(6, new java.math.BigDecimal("0.5"));
                try (ResultSet rs = s.executeQuery()) { rs.next(); equal(rs.getLong(1) > 0, true); }
            }
        }
        try (PreparedStatement s = c.prepareStatement("SELECT ?::int, ?::date, ?::timestamptz, ?::uuid, ?::numeric, ?::text, ?::float8, ?::jsonb")) {
            s.setObject(1, 5);
            s.setObject(2, LocalDate.of(2026, 1, 1));
            s.setObject(3, OffsetDateTime.now());
            s.setObject(4, UUID.randomUUID());
            s.setObject(5, new java.math.BigDecimal("1.5"));
            s.setNull(6, Types.VARCHAR);
            s.setObject(7, 1.5);
            s.setObject(8, "{\"a\":1}", Types.OTHER);
            try (ResultSet rs = s.executeQuery()) { rs.next(); equal(rs.getInt(1), 5); equal(rs.getString(6), null); }
        }
    }

    static void fetchSize(Connection c) throws SQLException {
        c.setAutoCommit(false);
        try (Statement s = c.createStatement()) {
            s.setFetchSize(10);
            int n = 0;
            try (ResultSet rs = s.executeQuery("SELECT id FROM calls")) { while (rs.next()) n++; }
            equal(n > 20, true);
            s.setMaxRows(15);
            n = 0;
            try (ResultSet rs = s.executeQuery("SELECT id FROM calls")) { while (rs.next()) n++; }
            equal(n, 15);
        }
        c.commit();
    }

    static void resultMetadata(Connection c) throws SQLException {
        try (Statement s = c.createStatement(); ResultSet rs = s.executeQuery("SELECT id, started AS t, minutes, count(*) AS n FROM calls GROUP BY 1, 2, 3")) {
            ResultSetMetaData m = rs.getMetaData();
            equal(m.getTableName(1), "calls");
            equal(((org.postgresql.PGResultSetMetaData) m).getBaseColumnName(2), "started");
            equal(m.isNullable(1), ResultSetMetaData.columnNoNulls);
            equal(m.isAutoIncrement(1), false);
            equal(m.getColumnTypeName(2), "timestamptz");
            equal(m.getColumnClassName(4), "java.lang.Long");
        }
        try (PreparedStatement s = c.prepareStatement("SELECT * FROM calls WHERE id = ?")) {
            equal(s.getMetaData().getColumnName(1), "id");
            equal(s.getParameterMetaData().getParameterTypeName(1), "text");
        }
    }

    static void scroll(Connection c) throws SQLException {
        try (Statement s = c.createStatement(ResultSet.TYPE_SCROLL_INSENSITIVE, ResultSet.CONCUR_READ_ONLY); ResultSet rs = s.executeQuery("SELECT id FROM calls")) {
            rs.last();
            equal(rs.getRow() > 10, true);
        }
    }

    static void session(Connection c) throws Exception {
        c.setReadOnly(true);
        c.setAutoCommit(false);
        c.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
        try (Statement s = c.createStatement()) {
            Savepoint p = c.setSavepoint("a");
            try { s.executeQuery("SELECT 1/0"); } catch (SQLException e) { equal(e.getSQLState(), "22012"); }
            c.rollback(p);
            s.execute("SELECT 1; SELECT 2");
            equal(s.getMoreResults(), true);
        }
        c.commit();
        equal(c.isValid(2), true);
        c.setClientInfo("ApplicationName", "tool");
        equal(c.getSchema().isEmpty(), false);
        c.setSchema("public");
        equal(c.getSchema(), "public");
        c.setNetworkTimeout(null, 10000);
        c.unwrap(org.postgresql.PGConnection.class).getNotifications();
        c.abort(Runnable::run);
    }

    static void cancel(Connection c) throws SQLException {
        try (Statement s = c.createStatement()) {
            s.setQueryTimeout(1);
            s.executeQuery("SELECT count(*) FROM generate_series(1, 100000) a, generate_series(1, 100000) b");
            throw new AssertionError("not cancelled");
        } catch (SQLException e) {
            equal(e.getSQLState(), "57014");
        }
        try (Statement s = c.createStatement()) { s.executeQuery("SELECT 1"); }
    }

    static void copy(Connection c) throws Exception {
        var out = new java.io.StringWriter();
        var m = c.unwrap(org.postgresql.PGConnection.class).getCopyAPI();
        equal(m.copyOut("COPY (SELECT id FROM calls) TO STDOUT WITH CSV HEADER", out) > 10, true);
    }

    static void refused(Connection c) throws SQLException {
        try (Statement s = c.createStatement()) {
            s.executeUpdate("UPDATE calls SET title = ''");
            throw new AssertionError("not refused");
        } catch (SQLException e) {
            equal(e.getSQLState(), "25006");
        }
    }

    public static void main(String[] a) {
        url = a[0]; user = a[1]; password = a[2];
        check("DatabaseMetaData: tables, columns, keys, types", "", Check::metadata);
        check("DatabaseMetaData: schemas, indexes, procedures", "", Check::moreMetadata);
        check("DatabaseMetaData: privileges, row identifiers", "", Check::rights);
        for (String mode : List.of("", "&preferQueryMode=simple", "&preferQueryMode=extendedForPrepared", "&prepareThreshold=1", "&binaryTransfer=false", "&prepareThreshold=-1")) {
            check("types " + mode, mode, Check::types);
            if (!mode.endsWith("simple")) check("arguments " + mode, mode, Check::arguments);
        }
        check("fetch size, max rows", "", Check::fetchSize);
        check("fetch size, adaptive", "&adaptiveFetch=true&defaultRowFetchSize=5&maxResultBuffer=10M", Check::fetchSize);
        check("ResultSetMetaData, ParameterMetaData", "", Check::resultMetadata);
        check("scrollable", "", Check::scroll);
        check("session, savepoints", "&autosave=always", Check::session);
        check("query timeout", "", Check::cancel);
        check("copy", "", Check::copy);
        check("write refused", "", Check::refused);
        check("options, search_path, readOnly", "&currentSchema=public&options=-c%20statement_timeout=5s&readOnly=true&ApplicationName=x&targetServerType=primary&assumeMinServerVersion=12", c -> { try (Statement s = c.createStatement()) { s.executeQuery("SELECT 1"); } });
        System.exit(failed > 0 ? 1 : 0);
    }
}
