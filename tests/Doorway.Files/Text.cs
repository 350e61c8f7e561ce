using Usher.Model.Aws;
using Usher.Model.Desired;

namespace Usher.Doorway.Files.Tests;

/// <summary>Loads what is written in the test.</summary>
internal static class Text
{
    public static (IReadOnlyList<Resource> Resources, IReadOnlyList<ConfigError> Errors) Load(string yaml)
    {
        var errors = new ErrorList();
        var resources = FilesDoorway.Load(["-"], AwsScope.Default, errors, new StringReader(yaml));
        return (resources, errors.All);
    }

    /// <summary>The one error of a text.</summary>
    public static ConfigError Error(string yaml) => Assert.Single(Load(yaml).Errors);

    /// <summary>The one object of a text without errors.</summary>
    public static T Object<T>(string yaml) where T : class
    {
        var (resources, errors) = Load(yaml);
        Assert.Empty(errors);
        return Assert.IsType<T>(Assert.Single(resources).Value);
    }

    public static string ConfigMap(string data) => $"apiVersion: v1\nkind: ConfigMap\nmetadata: {{ name: a }}\ndata:\n{data}";
}
