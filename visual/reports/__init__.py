"""Reports in 公文 form: Answers become one content model, three writers put it into PDF, Word and Excel."""
