// Limits.java PERCENT - Says how full the disk is, so that somebody is woken when it has to be.
import java.util.logging.Level;
import java.util.logging.Logger;

class Limits {
  public static void main(String[] args) {
    System.setProperty("java.util.logging.SimpleFormatter.format", "%4$s %3$s: %5$s%n");
    Logger log = Logger.getLogger("disk");
    int used = Integer.parseInt(args[0]);
    log.info("checking /var");
    log.log(used > 98 ? Level.SEVERE : Level.WARNING, "/var is at " + used + " %");
  }
}
