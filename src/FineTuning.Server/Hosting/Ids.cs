using System.Security.Cryptography;

namespace FineTuning.Server.Hosting;

/// <summary>Ids look like the service's: a prefix and random letters and digits.</summary>
internal static class Ids
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    public static string NewFile() => "file-" + Random(24);

    public static string NewJob() => "ftjob-" + Random(24);

    public static string NewEvent() => "ftevent-" + Random(24);

    public static string NewCheckpoint() => "ftckpt_" + Random(24);

    public static string NewChatCompletion() => "chatcmpl-" + Random(29);

    public static string NewUpload() => "upload_" + Random(24);

    public static string NewUploadPart() => "part_" + Random(24);

    public static string NewPermission() => "cp_" + Random(24);

    public static string NewModelPart() => Random(8);

    public static string NewScriptFolder() => Random(16);

    public static string NewRequest() => "req_" + RandomNumberGenerator.GetHexString(32, lowercase: true);

    public static string NewToken() => Random(43);

    private static string Random(int length) => RandomNumberGenerator.GetString(Alphabet, length);
}
