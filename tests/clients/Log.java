// tests/clients/Log.java - Logs as Java programs do: java.util.logging, two lines a record on standard error.
import java.util.logging.Logger;

public class Log {
  public static void main(String[] arguments) {
    Logger logger = Logger.getLogger("myapp.auth");
    logger.info("User alice logged in");
    logger.warning("Rate limit approaching");
  }
}
