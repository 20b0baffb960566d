namespace FineTuning.ExampleTrainer;

/// <summary>Files that are there whole or not at all: the program may be killed at any moment.</summary>
internal static class Whole
{
    public static void Write(string path, string content)
    {
        string part = path + ".part";
        using (FileStream stream = new(part, FileMode.Create))
        {
            using (StreamWriter writer = new(stream, leaveOpen: true))
            {
                writer.Write(content);
            }

            stream.Flush(flushToDisk: true);
        }

        File.Move(part, path, overwrite: true);
    }
}
