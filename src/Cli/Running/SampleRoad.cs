namespace Usher.Cli.Running;

/// <summary>Where the sample road is: <c>samples/shop</c> of the checkout that this program was built in.</summary>
internal static class SampleRoad
{
    /// <summary>The sample's folder.</summary>
    /// <exception cref="UserException">It is not there.</exception>
    internal static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "samples", "shop");
            if (File.Exists(Path.Combine(candidate, "kubernetes.yaml"))) return candidate;
        }

        throw new UserException("the sample road (samples/shop) is not beside this program; name manifests with -f");
    }
}
