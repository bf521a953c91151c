"""Models behind an API like OpenAI's: OpenAI, Ollama, vLLM, llama.cpp, LM Studio and many more."""
