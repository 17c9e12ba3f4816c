// tests/clients/WebsocketTalk.java - As websocket_talk.py, with java.net.http.
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

public class WebsocketTalk {
    static final BlockingQueue<String> got = new LinkedBlockingQueue<>();

    static class Listener implements WebSocket.Listener {
        private final StringBuilder text = new StringBuilder();

        public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                got.add(text.toString());
                text.setLength(0);
            }
            socket.request(1);
            return null;
        }

        public CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
            byte[] bytes = new byte[data.remaining()];
            data.get(bytes);
            got.add("binary " + HexFormat.of().formatHex(bytes));
            socket.request(1);
            return null;
        }

        public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            got.add("closed " + code + " " + reason);
            return null;
        }
    }

    static void show() throws InterruptedException {
        System.out.println("got " + got.poll(20, TimeUnit.SECONDS));
    }

    public static void main(String[] args) throws Exception {
        WebSocket socket = HttpClient.newHttpClient().newWebSocketBuilder().subprotocols("chat.v2", "chat.v1")
            .buildAsync(URI.create(args[0]), new Listener()).join();
        System.out.println("agreed on " + socket.getSubprotocol());
        show();
        socket.sendText("{\"action\": \"subscribe\", ", false).join();  // two fragments
        socket.sendText("\"symbol\": \"BTC\"}", true).join();
        show();
        show();
        socket.sendBinary(ByteBuffer.wrap(new byte[] {0, 1, (byte) 255}), true).join();
        show();
        socket.sendClose(WebSocket.NORMAL_CLOSURE, "").join();
        got.poll(20, TimeUnit.SECONDS);  // the server's close
    }
}
