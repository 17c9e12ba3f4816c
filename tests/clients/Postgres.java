// tests/clients/Postgres.java - The sign-up of postgres.py with pgjdbc: java -cp postgresql.jar:. Postgres
import java.sql.*;
import java.util.*;

public class Postgres {
  static final String INSERT = "INSERT INTO users (name, age) VALUES (?, ?) RETURNING id";

  static int insert(Connection connection) throws SQLException {
    try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
      insert.setString(1, "alice");
      insert.setInt(2, 30);
      ResultSet result = insert.executeQuery();
      result.next();
      return result.getInt(1);
    }
  }

  public static void main(String[] args) throws SQLException {
    String url = "jdbc:postgresql://db.example.com/shop?user=app&password=secret";
    try (Connection connection = DriverManager.getConnection(url)) {
      connection.setAutoCommit(false);
      System.out.println("inserted " + insert(connection));
      int times = args.length > 0 ? Integer.parseInt(args[0]) : 1;
      try (PreparedStatement select = connection.prepareStatement("SELECT id, name, price, active, created, tags, meta, note FROM users WHERE id = ?")) {
        for (int i = 0; i < times; ++i) {
          select.setInt(1, 1);
          ResultSet row = select.executeQuery();
          row.next();
          String meta = row.getString("meta").replaceAll("[^0-9]", "");
          System.out.printf(Locale.ROOT, "%d %s %.2f %b %d %s %s %s%n", row.getInt("id"), row.getString("name"), row.getBigDecimal("price"),
              row.getBoolean("active"), row.getTimestamp("created").getTime() / 1000, String.join(",", (String[]) row.getArray("tags").getArray()), meta,
              row.getString("note"));
        }
      }
      connection.commit();
      try {
        insert(connection);
      } catch (SQLException refused) {
        System.out.println("refused " + refused.getSQLState());
        connection.rollback();
      }
    }
  }
}
