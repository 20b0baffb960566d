namespace FineTuning.Server.Tests.Training;

/// <summary>What a crash, a bad disk or a mix-up makes of a file.</summary>
internal static class DamagedFiles
{
    public static IEnumerable<byte[]> Of(byte[] whole)
    {
        yield return [];
        yield return whole[..20];
        yield return whole[..(whole.Length / 2)];
        yield return whole[..^1];
        yield return [.. whole, 0];
        yield return new byte[whole.Length];
        foreach (int position in (int[])[0, 8, 12, 40, whole.Length / 2, whole.Length - 33, whole.Length - 1])
        {
            byte[] damaged = (byte[])whole.Clone();
            damaged[position] ^= 0x10;
            yield return damaged;
        }
    }
}
