// tests/clients/Charge.java - One POST of a charge: java Charge url|client URL prints "STATUS BODY".
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URL;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

public class Charge {
  private static final String CHARGE = "{\"amount\":5000,\"currency\":\"usd\"}";

  public static void main(String[] arguments) throws Exception {
    if (arguments[0].equals("client")) {
      HttpRequest request = HttpRequest.newBuilder(URI.create(arguments[1]))
          .header("Content-Type", "application/json")
          .POST(HttpRequest.BodyPublishers.ofString(CHARGE))
          .build();
      HttpResponse<String> reply = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
      System.out.println(reply.statusCode() + " " + reply.body());
      return;
    }
    HttpURLConnection connection = (HttpURLConnection) new URL(arguments[1]).openConnection();
    connection.setRequestMethod("POST");
    connection.setRequestProperty("Content-Type", "application/json");
    connection.setDoOutput(true);
    connection.getOutputStream().write(CHARGE.getBytes());
    System.out.println(connection.getResponseCode() + " " + new String(connection.getInputStream().readAllBytes()));
  }
}
