// tests/clients/Files.java - Uses watched files as Java programs do: `java Files.java FOLDER`.
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

class FilesClient {
  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[0]);
    System.out.print(Files.readString(folder.resolve("config.yaml")));
    Files.createDirectories(folder.resolve("out"));
    Files.writeString(folder.resolve("out/part"), "done\n");
    Files.move(folder.resolve("out/part"), folder.resolve("out/whole"), StandardCopyOption.ATOMIC_MOVE);
    try (var paths = Files.walk(folder)) {
      paths.map(path -> folder.relativize(path).toString()).sorted().forEach(System.out::println);
    }
    System.out.println(Files.exists(folder.resolve("none")) + " " + Files.size(folder.resolve("config.yaml")));
  }
}
