// Sends one mail with Java Mail: Mail HOST:PORT WHAT [USER PASSWORD]. WHAT: plain, starttls or smtps.
import java.util.Properties;
import javax.mail.Message;
import javax.mail.MessagingException;
import javax.mail.Session;
import javax.mail.Transport;
import javax.mail.internet.InternetAddress;
import javax.mail.internet.MimeMessage;

public class Mail {
  public static void main(String[] args) throws Exception {
    String[] place = args[0].split(":");
    boolean secure = args[1].equals("smtps");
    String protocol = secure ? "smtps" : "smtp";
    Properties properties = new Properties();
    properties.put("mail." + protocol + ".auth", args.length > 2 ? "true" : "false");
    properties.put("mail." + protocol + ".ssl.checkserveridentity", "true");
    if (args[1].equals("starttls")) properties.put("mail.smtp.starttls.required", "true");
    if (args[1].equals("starttls")) properties.put("mail.smtp.starttls.enable", "true");
    Session session = Session.getInstance(properties);
    MimeMessage mail = new MimeMessage(session);
    mail.setFrom(new InternetAddress("app@example.com"));
    mail.setRecipients(Message.RecipientType.TO, "ann@example.com, bob@example.com");
    mail.setSubject("Alert");
    mail.setText("Disk is full\n.today\n");
    try (Transport transport = session.getTransport(protocol)) {
      transport.connect(place[0], Integer.parseInt(place[1]), args.length > 2 ? args[2] : null, args.length > 2 ? args[3] : null);
      mail.saveChanges();
      transport.sendMessage(mail, mail.getAllRecipients());
      System.out.println("sent");
    } catch (MessagingException error) {
      System.out.println(error.getClass().getSimpleName() + " " + error.getMessage().trim());
    }
  }
}
