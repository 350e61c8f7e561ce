namespace Shop.Users;

/// <summary>An environment variable that can't be used. The message names it and never holds a secret.</summary>
internal sealed class SettingsException(string variable, string problem) : Exception($"{variable}: {problem}")
{
    /// <summary>The variable.</summary>
    public string Variable { get; } = variable;
}
