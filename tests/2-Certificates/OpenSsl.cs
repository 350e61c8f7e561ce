namespace Usher.Certificates.Tests;

/// <summary>The openssl command: a reader of certificates that shares no code with ours.</summary>
internal static class OpenSsl
{
    internal static Task<(int Code, string Output)> Run(params string[] arguments) => Wire.Tests.Peers.Run.ProgramAsync("openssl", arguments);

    internal static async Task<string> Text(string path)
    {
        var (code, output) = await Run("x509", "-in", path, "-noout", "-text", "-nameopt", "RFC2253");
        Assert.Equal(0, code);
        return output;
    }
}
